"""/agent/v1/conversations/{id}/messages: the transcript, and what agents add to it."""

from typing import Annotated, Final, Self

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from api.agent.routing import RequestId, agent_router
from api.dependencies import AgentCaller, UseEngine
from api.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageOf
from application.composing import Draft, NewCard, TemplateChoice
from domain.configuration import Template
from domain.ids import ConversationId, MediaId, MessageId
from domain.messages import Location
from domain.suggestions import Suggestion
from domain.views import MessageView

router = agent_router("/conversations", "messages")
templates_router = agent_router("/templates", "messages")


EXAMPLES: Final[list[JsonValue]] = [
    {"text": "How can we help?"},
    {
        "text": "Shall we send a replacement?",
        "suggestions": [
            {"kind": "reply", "text": "Yes, please", "payload": "replacement:yes"},
            {"kind": "open_url", "text": "Read the terms", "url": "https://shop.example/terms"},
            {"kind": "dial", "text": "Call us", "phone": "+14155550100"},
        ],
    },
    {
        "cards": [
            {
                "title": "Blue kettle",
                "text": "1.7 litres, in stock",
                "image": {"media_id": "0197b0a0-0000-7000-8000-000000000001"},
                "suggestions": [{"kind": "reply", "text": "This one", "payload": "kettle:blue"}],
            }
        ]
    },
]


class Parking(BaseModel):
    """Send this template now; the message follows when the customer answers it."""

    model_config = ConfigDict(extra="forbid")

    template: TemplateChoice


class NewMessage(BaseModel):
    """One of: a text, attachments with or without a text, cards, a location, a template.

    `suggestions` stand beneath a text or cards, to be tapped. What the channel does not carry is
    written as text: `GET /agent/v1/conversations/{id}/messages` shows it as it leaves.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": EXAMPLES})

    text: str | None = None
    attachments: tuple[MediaId, ...] = ()
    cards: tuple[NewCard, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    location: Location | None = None
    template: TemplateChoice | None = None
    park: Parking | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        says_something = (
            self.text is not None or self.attachments or self.cards or self.suggestions or self.location
        )
        if self.template is not None and (says_something or self.park):
            raise ValueError("A template goes alone; to park a reply behind it use `park`.")
        if self.template is None:
            self.draft()
        return self

    def draft(self) -> Draft:
        return Draft(**{name: getattr(self, name) for name in Draft.model_fields})


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
