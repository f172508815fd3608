"""Automated messages: what is said by itself, on a channel or, in its place, on one endpoint."""

from collections.abc import Mapping
from typing import Final, Self
from uuid import UUID

from pydantic import Field, model_validator

from application.adapters import adapter_of
from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, WordingDraft
from application.configuration.register import Register
from channels.base import Channel
from channels.splitting import split_text
from domain.automated import NOTHING_MAY_LEAVE, AutomatedMessage, Recipient
from domain.channels import ChannelName
from domain.configuration import Caller
from domain.effects import Trigger
from domain.errors import InvalidInput, NotFound
from domain.ids import EndpointId, new_id
from domain.wording import Wording
from storage.automated_messages import AutomatedMessages
from storage.database import Database
from storage.endpoints import Endpoints

SUBJECT: Final = "automated_message"


class NewAutomatedMessage(Draft):
    """What to say when. Give a `channel`, or the `endpoint_id` on which its message is another."""

    trigger: Trigger
    recipient: Recipient = Recipient.CUSTOMER
    channel: ChannelName | None = Field(default=None, examples=["whatsapp"])
    endpoint_id: EndpointId | None = None
    wording: WordingDraft
    enabled: bool = True

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if (self.channel is None) == (self.endpoint_id is None):
            raise ValueError("Give either `channel` or `endpoint_id`.")
        if self.recipient is Recipient.CUSTOMER and self.trigger in NOTHING_MAY_LEAVE:
            raise ValueError("Customers must not be written to at this moment; tell the agent.")
        return self


class AutomatedMessageChange(Draft):
    """What to change. The wording is replaced as a whole; trigger, recipient and place stay."""

    wording: WordingDraft | None = None
    enabled: bool | None = None


class AutomatedMessageConfiguration:
    """Keeps automated messages."""

    def __init__(
        self,
        *,
        automated_messages: AutomatedMessages,
        endpoints: Endpoints,
        channels: Mapping[ChannelName, Channel],
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._endpoints = endpoints
        self._channels = channels
        self._register = Register(SUBJECT, automated_messages, trail, database)

    async def get(self, automated_message_id: UUID) -> AutomatedMessage:
        """Raise NotFound."""
        return await self._register.get(automated_message_id)

    async def listing(
        self, cursor: str | None, limit: int
    ) -> tuple[list[AutomatedMessage], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewAutomatedMessage) -> AutomatedMessage:
        """Add one. Raise Conflict when there is one for this trigger, recipient and place."""
        message = AutomatedMessage(
            automated_message_id=new_id(),
            trigger=draft.trigger,
            recipient=draft.recipient,
            channel=draft.channel or await self._channel_of(draft.endpoint_id),
            endpoint_id=draft.endpoint_id,
            wording=_wording(draft.wording),
            enabled=draft.enabled,
            created_at=now(),
            updated_at=now(),
        )
        self._check(message)
        return await self._register.create(caller, message.automated_message_id, message)

    async def update(
        self,
        caller: Caller,
        automated_message_id: UUID,
        change: AutomatedMessageChange,
        expected_version: int,
    ) -> AutomatedMessage:
        """Change some of it; the next cause finds it changed."""
        changes = change.given()
        if change.wording is not None:
            changes["wording"] = _wording(change.wording)
            before = await self._register.get(automated_message_id)
            self._check(before.model_copy(update=changes))
        return await self._register.update(caller, automated_message_id, changes, expected_version)

    async def delete(self, caller: Caller, automated_message_id: UUID, expected_version: int) -> None:
        """Say it no more."""
        await self._register.delete(caller, automated_message_id, expected_version)

    async def _channel_of(self, endpoint_id: EndpointId | None) -> ChannelName:
        try:
            return (await self._endpoints.get(endpoint_id or UUID(int=0))).channel
        except NotFound as error:
            raise InvalidInput("There is no such endpoint.", field="endpoint_id") from error

    def _check(self, message: AutomatedMessage) -> None:
        if message.recipient is Recipient.AGENT:
            return
        capabilities = adapter_of(self._channels, message.channel).capabilities
        for language, text in message.wording.texts.items():
            if len(split_text(text, capabilities)) != 1:
                raise InvalidInput(
                    f"The text in {language} does not fit into one message of this channel"
                    f" ({capabilities.text_limit:,} {capabilities.text_unit}), or is empty.",
                    field="wording",
                )


def _wording(draft: WordingDraft) -> Wording:
    return Wording(**draft.model_dump())
