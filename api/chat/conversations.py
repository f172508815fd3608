"""/chat/v1/conversations: a customer's chats, from the first word to the survey after the last."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.chat.routing import MAX_BODY, CurrentSession, UseChat, chat_router
from application.chats.transcripts import Format
from domain.chats import ChatSnapshot, ChatStart, ChatView, Page
from domain.ids import ConversationId

router = chat_router("/conversations")

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Fact = Annotated[str, StringConstraints(max_length=4_000)]
Answers = Annotated[dict[Name, Fact], Field(max_length=10)]


class Visited(BaseModel):
    """A page of the shop."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=2_000)
    title: str = Field(default="", max_length=500, examples=["Your cart"])


class NewChat(BaseModel):
    """What the customer, and the page they are on, say when the chat begins."""

    model_config = ConfigDict(extra="forbid")

    locale: str | None = Field(default=None, max_length=35, examples=["ko-KR"])
    context: dict[Name, Fact] = Field(default_factory=dict, max_length=100)
    pre_chat: Answers = Field(default_factory=dict)
    page: Visited | None = None
    start_new: bool = False
    """End the chat that runs, if one does, and begin another one."""


class Survey(BaseModel):
    """Answers to the questions after a chat, by their names."""

    model_config = ConfigDict(extra="forbid")

    answers: Answers


@router.post(
    "",
    status_code=201,
    max_body_size=MAX_BODY,
    responses={200: {"model": ChatSnapshot, "description": "The chat that has not ended."}},
)
async def start(
    body: NewChat, session: CurrentSession, chat: UseChat, response: Response
) -> ChatSnapshot:
    """Begin a chat. While one has not ended, that one goes on, unless `start_new`."""
    said = ChatStart.model_validate(body.model_dump(exclude={"start_new"}))
    snapshot, is_new = await chat.chatting.start(session, said, start_new=body.start_new)
    response.status_code = 201 if is_new else 200
    return snapshot


@router.get(
    "/current",
    response_model=ChatSnapshot,
    responses={204: {"description": "There is none."}},
)
async def current(session: CurrentSession, chat: UseChat) -> ChatSnapshot | Response:
    """The chat that has not ended."""
    return await chat.chatting.current(session) or Response(status_code=204)


@router.post("/{conversation_id}/continue", max_body_size=MAX_BODY)
async def go_on(
    conversation_id: ConversationId, session: CurrentSession, chat: UseChat
) -> ChatSnapshot:
    """The customer was asked, and goes on with the chat that they had lost."""
    return await chat.chatting.rejoin(session, conversation_id)


@router.post("/{conversation_id}/end", max_body_size=MAX_BODY)
async def end(conversation_id: ConversationId, session: CurrentSession, chat: UseChat) -> ChatView:
    """Over, for good. Ending what has ended changes nothing."""
    return await chat.chatting.end(session, conversation_id)


@router.post("/{conversation_id}/pages", status_code=204, max_body_size=MAX_BODY)
async def visit(
    conversation_id: ConversationId, body: Visited, session: CurrentSession, chat: UseChat
) -> None:
    """The customer went to this page. Agents see the last hundred."""
    page = Page(url=body.url, title=body.title)
    await chat.chatting.visit(session, conversation_id, page)


@router.post("/{conversation_id}/survey", status_code=204, max_body_size=MAX_BODY)
async def survey(
    conversation_id: ConversationId, body: Survey, session: CurrentSession, chat: UseChat
) -> None:
    """What the customer thought of it. Answered again, the later answers count."""
    await chat.chatting.answer_survey(session, conversation_id, body.answers)


@router.get("/{conversation_id}/transcript", response_class=Response)
async def transcript(
    conversation_id: ConversationId,
    session: CurrentSession,
    chat: UseChat,
    form: Annotated[Format, Query(alias="format")] = Format.HTML,
) -> Response:
    """A document to keep."""
    written = await chat.transcripts.write(session, conversation_id, form)
    kind, suffix = ("text/html", "html") if form is Format.HTML else ("text/plain", "txt")
    headers = {"Content-Disposition": f'attachment; filename="chat.{suffix}"'}
    return Response(written, media_type=f"{kind}; charset=utf-8", headers=headers)
