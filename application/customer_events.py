"""What customers do beside writing: take back, change, type, and say whether they may be written to."""

import time
from collections import OrderedDict
from typing import Final, TypeAlias, assert_never

import structlog

from application.dispatch import Doorbell
from domain.customer_events import ConsentReported, MessageEdited, MessageWithdrawn, TypingReported
from domain.ids import EndpointId
from storage.afterthoughts import Afterthoughts, MessageName
from storage.consents import Consents
from storage.database import Database
from storage.intake import IntakeEndpoint
from storage.typing_signals import TypingSignals

CustomerEvent: TypeAlias = MessageEdited | MessageWithdrawn | TypingReported | ConsentReported

# Providers repeat that somebody is typing with every few letters; people see no difference.
TYPING_EVERY: Final = 2.0
TYPING_KEPT: Final = 5_000

log = structlog.get_logger()


class CustomerEvents:
    """Each of them may come more than once, and in any order."""

    def __init__(self, *, database: Database, doorbell: Doorbell) -> None:
        self._doorbell = doorbell
        self._afterthoughts = Afterthoughts(database)
        self._consents = Consents(database)
        self._signals = TypingSignals(database)
        self._typing: OrderedDict[tuple[EndpointId, str, bool], float] = OrderedDict()

    async def take(self, endpoint: IntakeEndpoint, event: CustomerEvent) -> None:
        """What it says is durable, or told, when this returns."""
        match event:
            case MessageWithdrawn():
                await self._afterthoughts.withdraw(endpoint.endpoint_id, event)
                await self._apply(_name(endpoint, event.provider_message_id))
            case MessageEdited():
                await self._afterthoughts.edit(endpoint.endpoint_id, event)
                await self._apply(_name(endpoint, event.provider_message_id))
            case ConsentReported():
                for conversation_id in await self._consents.report(
                    endpoint.channel, endpoint.endpoint_id, event
                ):
                    self._doorbell.ring(conversation_id)
            case TypingReported():
                if self._is_news(endpoint, event):
                    await self._signals.tell(endpoint.channel, endpoint.endpoint_id, event)
            case _:
                assert_never(event)

    async def message_came(self, endpoint: IntakeEndpoint, provider_message_id: str) -> None:
        """Its author may have taken it back before it was here."""
        name = _name(endpoint, provider_message_id)
        if await self._afterthoughts.is_kept(name):
            await self._apply(name)

    async def _apply(self, name: MessageName) -> None:
        """Change the message, if it is here. Its files, and what fails, are left to `Settling`."""
        try:
            await self._afterthoughts.apply(name)
        except Exception as error:  # noqa: BLE001 - it is kept, and that is what counts
            log.warning("an afterthought is kept but not applied yet", error=type(error).__name__)

    def _is_news(self, endpoint: IntakeEndpoint, event: TypingReported) -> bool:
        who = (endpoint.endpoint_id, event.address, event.is_typing)
        now, told = time.monotonic(), self._typing.get(who)
        if told is not None and now - told < TYPING_EVERY:
            return False
        self._typing.pop((endpoint.endpoint_id, event.address, not event.is_typing), None)
        self._typing[who] = now
        self._typing.move_to_end(who)
        if len(self._typing) > TYPING_KEPT:
            self._typing.popitem(last=False)
        return True


def _name(endpoint: IntakeEndpoint, provider_message_id: str) -> MessageName:
    return MessageName(endpoint_id=endpoint.endpoint_id, provider_message_id=provider_message_id)
