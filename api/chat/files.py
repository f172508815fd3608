"""POST /chat/v1/conversations/{id}/files: a file becomes a message."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from api.chat.messages import SAME_AGAIN
from api.chat.permission import permitted
from api.chat.routing import UseChat, chat_of, current_session
from api.dependencies import current_token
from api.errors import PROBLEMS
from api.uploads import let_in_first
from application.chats.uploads import CAPTION_LIMIT
from application.uploading import LARGEST_BODY, HandedFile
from domain.chats import ChatMessage, ChatSession
from domain.ids import ConversationId


async def _customers(request: Request, token: str) -> None:
    """All that other routes of customers ask too, each once: it counts calls."""
    await permitted(request)
    request.state.chat_session = await current_session(request, token, await chat_of(request))


async def _let_in(request: Request) -> ChatSession:
    session: ChatSession = request.state.chat_session
    return session


router = APIRouter(
    prefix="/chat/v1/conversations",
    tags=["chat"],
    responses=PROBLEMS,
    route_class=let_in_first(_customers),
    dependencies=[Depends(current_token)],  # known by then; it tells the API's document
)


@router.post(
    "/{conversation_id}/files", status_code=201, max_body_size=LARGEST_BODY, responses=SAME_AGAIN
)
async def send_file(
    *,
    conversation_id: ConversationId,
    client_id: Annotated[UUID, Form()],
    file: Annotated[UploadFile, File()],
    caption: Annotated[str, Form(max_length=CAPTION_LIMIT)] = "",
    session: Annotated[ChatSession, Depends(_let_in)],
    chat: UseChat,
    response: Response,
) -> ChatMessage:
    """Looked into, and kept, before it is said to be sent. Its type is what its bytes say."""
    handed = await HandedFile.read(file, chat.uploads.max_bytes)
    message, is_new = await chat.uploads.send(session, conversation_id, client_id, handed, caption)
    response.status_code = 201 if is_new else 200
    return message
