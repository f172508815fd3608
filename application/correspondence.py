"""What agents write: replies, templates, and replies parked behind a template."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from application.adapters import adapter_of
from application.composing import Composer, Draft, TemplateChoice
from application.desk import author_of, tell, viewer_of
from application.replies import Outgoing, Replies
from application.template_texts import filled_in
from application.whole_lists import whole
from channels.base import Channel
from domain.channels import Capabilities, ChannelName
from domain.commands import Withdraw
from domain.configuration import Approval, Caller, Template
from domain.errors import NotFound, Refused, WindowClosed
from domain.ids import AccountId, ConversationId, MessageId
from domain.messages import Content
from domain.service_window import require_sendable
from domain.views import ConversationView, MessageView
from storage.conversations import Conversations as ConversationList
from storage.endpoints import Endpoints
from storage.messages import Messages
from storage.standby import REASON as STANDS_BY
from storage.templates import Templates
from workflows.client import Conversations


class Correspondence:
    """Everything is checked against the channel before it is stored, and stored before it is told."""

    def __init__(
        self,
        *,
        listed: ConversationList,
        messages: Messages,
        endpoints: Endpoints,
        templates: Templates,
        composer: Composer,
        replies: Replies,
        conversations: Conversations,
        channels: Mapping[ChannelName, Channel],
    ) -> None:
        self._listed = listed
        self._messages = messages
        self._endpoints = endpoints
        self._templates = templates
        self._composer = composer
        self._replies = replies
        self._conversations = conversations
        self._channels = channels

    async def reply(
        self, caller: Caller, conversation_id: ConversationId, draft: Draft, request_id: UUID
    ) -> list[MessageView]:
        """Send it, as several messages when one cannot carry it."""
        conversation = await self._seen_by(caller, conversation_id)
        _require_window(conversation)
        contents = await self._compose(conversation, draft)
        outgoing = [Outgoing(content=content) for content in contents]
        return await self._send(caller, conversation, outgoing, request_id)

    async def send_template(
        self, caller: Caller, conversation_id: ConversationId, choice: TemplateChoice, request_id: UUID
    ) -> list[MessageView]:
        """Send an approved template: possible whether the service window is open or not."""
        conversation = await self._seen_by(caller, conversation_id)
        template = await self._fill_in(conversation, choice)
        return await self._send(caller, conversation, [Outgoing(content=template)], request_id)

    async def park(
        self,
        caller: Caller,
        conversation_id: ConversationId,
        draft: Draft,
        *,
        behind: TemplateChoice,
        request_id: UUID,
    ) -> list[MessageView]:
        """Send the template now, and the reply as soon as the customer answers it."""
        conversation = await self._seen_by(caller, conversation_id)
        template = await self._fill_in(conversation, behind)
        contents = await self._compose(conversation, draft)
        until = datetime.now(UTC) + (await self._listed.timer_policy(conversation_id)).parked_reply
        parked = [Outgoing(content=content, parked_until=until) for content in contents]
        return await self._send(caller, conversation, [Outgoing(content=template), *parked], request_id)

    async def withdraw(
        self, caller: Caller, conversation_id: ConversationId, message_id: MessageId, command_id: UUID
    ) -> MessageView:
        """A parked reply shall not leave any more."""
        author = author_of(caller)
        conversation = await self._seen_by(caller, conversation_id)
        message = await self._messages.get(message_id)
        if message.conversation_id != conversation_id:
            raise NotFound("There is no such message in this conversation.")
        command = Withdraw(
            command_id=command_id,
            agent_id=author.agent_id,
            as_supervisor=author.is_supervisor,
            message_id=message_id,
        )
        await tell(self._conversations, conversation, command)
        return await self._messages.get(message_id)

    async def templates(self, caller: Caller, conversation_id: ConversationId) -> list[Template]:
        """The approved templates that may be sent here."""
        account_id = await self._account_of(await self._seen_by(caller, conversation_id))
        return [
            template
            for template in await whole(self._templates.listing)
            if template.account_id == account_id and _is_approved(template)
        ]

    async def _seen_by(self, caller: Caller, conversation_id: ConversationId) -> ConversationView:
        return await self._listed.get(conversation_id, viewer_of(caller))

    async def _account_of(self, conversation: ConversationView) -> AccountId:
        return (await self._endpoints.get(conversation.endpoint_id)).account_id

    async def _compose(self, conversation: ConversationView, draft: Draft) -> list[Content]:
        return await self._composer.compose(conversation, draft, self._capabilities(conversation))

    async def _fill_in(self, conversation: ConversationView, choice: TemplateChoice) -> Content:
        if not self._capabilities(conversation).templates:
            raise Refused("This channel has no templates; write freely.")
        template = await self._templates.get(choice.template_id)
        if template.account_id != await self._account_of(conversation):
            raise NotFound("There is no such template for this conversation.")
        return filled_in(template, choice.language or conversation.language, choice.variables)

    def _capabilities(self, conversation: ConversationView) -> Capabilities:
        return adapter_of(self._channels, conversation.channel).capabilities

    async def _send(
        self,
        caller: Caller,
        conversation: ConversationView,
        outgoing: Sequence[Outgoing],
        request_id: UUID,
    ) -> list[MessageView]:
        if await self._messages.stands_by(conversation.conversation_id):
            raise Refused(STANDS_BY)
        try:
            return await self._replies.send(author_of(caller), conversation, outgoing, request_id)
        except WindowClosed as error:
            raise _with_a_way_out(error, conversation) from error


def _require_window(conversation: ConversationView) -> None:
    """The conversation decides; but what is surely too late need not even be asked."""
    try:
        require_sendable(
            is_template=False, expires_at=conversation.window_expires_at, now=datetime.now(UTC)
        )
    except WindowClosed as error:
        raise _with_a_way_out(error, conversation) from error


def _with_a_way_out(error: WindowClosed, conversation: ConversationView) -> WindowClosed:
    templates = f"/agent/v1/templates?conversation_id={conversation.conversation_id}"
    return WindowClosed(str(error), **{**error.details, "templates": templates})


def _is_approved(template: Template) -> bool:
    return any(each.approval is Approval.APPROVED for each in template.translations)
