"""/agent/v1/conversations/{id}/messages: the transcript, and what agents add to it."""

from typing import Annotated, Self

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.agent.routing import RequestId, agent_router
from api.dependencies import AgentCaller, UseEngine
from api.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageOf
from application.composing import Draft, TemplateChoice
from domain.configuration import Template
from domain.ids import ConversationId, MediaId, MessageId
from domain.messages import Location
from domain.views import MessageView

router = agent_router("/conversations", "messages")
templates_router = agent_router("/templates", "messages")


class Parking(BaseModel):
    """Send this template now; the message follows when the customer answers it."""

    model_config = ConfigDict(extra="forbid")

    template: TemplateChoice


class NewMessage(BaseModel):
    """One of: a text, attachments with or without a text, a location, a template."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "How can we help?"}]}
    )

    text: str | None = None
    attachments: tuple[MediaId, ...] = ()
    location: Location | None = None
    template: TemplateChoice | None = None
    park: Parking | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        says_something = self.text is not None or self.attachments or self.location
        if self.template is not None and (says_something or self.park):
            raise ValueError("A template goes alone; to park a reply behind it use `park`.")
        if self.template is None:
            self.draft()
        return self

    def draft(self) -> Draft:
        return Draft(text=self.text, attachments=self.attachments, location=self.location)


class AddedMessage(MessageView):
    """The first message this became. `continued`: the others, when one message cannot carry it all."""

    continued: tuple[MessageView, ...] = Field(default=())


@router.get("/{conversation_id}/messages")
async def transcript(
    *,
    conversation_id: ConversationId,
    caller: AgentCaller,
    engine: UseEngine,
    after: Annotated[int, Query(ge=0, description="The last `seq` you have.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> PageOf[MessageView]:
    """In order. `next_cursor` is the `after` of the next page; it is null when there is none yet."""
    items = await engine.desk.transcript(caller, conversation_id, after, limit)
    return PageOf(items=items, next_cursor=str(items[-1].seq) if len(items) == limit else None)


@router.post("/{conversation_id}/messages", status_code=202)
async def send(
    *,
    conversation_id: ConversationId,
    message: NewMessage,
    caller: AgentCaller,
    engine: UseEngine,
    request_id: RequestId,
) -> AddedMessage:
    """Accepted and stored. Its `delivery`, here and in the live stream, says how far it came."""
    writing = engine.correspondence
    if message.template is not None:
        sent = await writing.send_template(caller, conversation_id, message.template, request_id)
    elif message.park is not None:
        sent = await writing.park(
            caller,
            conversation_id,
            message.draft(),
            behind=message.park.template,
            request_id=request_id,
        )
    else:
        sent = await writing.reply(caller, conversation_id, message.draft(), request_id)
    return AddedMessage(**dict(sent[0]), continued=tuple(sent[1:]))


@router.delete("/{conversation_id}/messages/{message_id}")
async def withdraw(
    *,
    conversation_id: ConversationId,
    message_id: MessageId,
    caller: AgentCaller,
    engine: UseEngine,
    request_id: RequestId,
) -> MessageView:
    """Withdraw a parked reply."""
    return await engine.correspondence.withdraw(caller, conversation_id, message_id, request_id)


@templates_router.get("")
async def templates(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine
) -> PageOf[Template]:
    """The approved templates that may be sent in a conversation, all of them."""
    return PageOf(items=await engine.correspondence.templates(caller, conversation_id))
