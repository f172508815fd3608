"""/chat/v1/conversations/{id}/messages and what belongs to writing: typing, reading."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.chat.routing import MAX_BODY, CurrentSession, UseChat, chat_router
from api.pagination import MAX_LIMIT
from application.chats.choosing import Tapped
from channels.live_chat import TEXT_LIMIT
from domain.chats import ChatMessage
from domain.ids import ConversationId, MessageId
from domain.suggestions import PAYLOAD_LIMIT

SAME_AGAIN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ChatMessage, "description": "This `client_id` came before: the same message."}
}

router = chat_router("/conversations/{conversation_id}")


class Messages(BaseModel):
    """A page of a chat, in order."""

    messages: list[ChatMessage]
    has_more: bool


class NewMessage(BaseModel):
    """`client_id` is the browser's own name for it: sent again, it is the same message."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: str = Field(min_length=1, max_length=TEXT_LIMIT, examples=["Where is my parcel?"])


class NewChoice(BaseModel):
    """A reply that was tapped instead of writing: which one, and beneath which message."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    message_id: MessageId
    payload: str = Field(min_length=1, max_length=PAYLOAD_LIMIT)


class Typing(BaseModel):
    """Whether the customer is writing."""

    model_config = ConfigDict(extra="forbid")

    is_typing: bool


class Read(BaseModel):
    """The last message that the customer has read."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(ge=0, le=2**53)


@router.get("/messages")
async def messages(
    *,
    conversation_id: ConversationId,
    session: CurrentSession,
    chat: UseChat,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Messages:
    """The newest, or those before a `seq`."""
    found, has_more = await chat.chatting.messages(session, conversation_id, before, limit)
    return Messages(messages=found, has_more=has_more)


@router.post("/messages", status_code=201, max_body_size=MAX_BODY, responses=SAME_AGAIN)
async def write(
    conversation_id: ConversationId,
    body: NewMessage,
    session: CurrentSession,
    chat: UseChat,
    response: Response,
) -> ChatMessage:
    """Say something. 409 with the code `chat_ended` when it is too late: then nothing is kept."""
    message, is_new = await chat.chatting.write(session, conversation_id, body.client_id, body.text)
    response.status_code = 201 if is_new else 200
    return message


@router.post("/choices", status_code=201, max_body_size=MAX_BODY, responses=SAME_AGAIN)
async def choose(
    conversation_id: ConversationId,
    body: NewChoice,
    session: CurrentSession,
    chat: UseChat,
    response: Response,
) -> ChatMessage:
    """Tap a reply. 409 with the code `chat_ended` when it is too late: then nothing is kept."""
    message, is_new = await chat.choosing.tap(
        session, conversation_id, body.client_id, Tapped(body.message_id, body.payload)
    )
    response.status_code = 201 if is_new else 200
    return message


@router.post("/typing", status_code=204, max_body_size=MAX_BODY)
async def typing(
    conversation_id: ConversationId, body: Typing, session: CurrentSession, chat: UseChat
) -> None:
    """Shown to agents while it is true."""
    await chat.chatting.typing(session, conversation_id, is_typing=body.is_typing)


@router.post("/read", status_code=204, max_body_size=MAX_BODY)
async def read(
    conversation_id: ConversationId, body: Read, session: CurrentSession, chat: UseChat
) -> None:
    """Everything up to there was read."""
    await chat.chatting.read(session, conversation_id, body.seq)
