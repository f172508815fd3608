"""POST /chat/v1/conversations/{id}/files: a file becomes a message."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile

from api.chat.messages import SAME_AGAIN
from api.chat.permission import permitted
from api.chat.routing import CurrentSession, UseChat
from api.errors import PROBLEMS
from api.uploads import known_first
from application.chats.uploads import CAPTION_LIMIT
from application.services import Services
from application.uploading import LARGEST_BODY, HandedFile
from domain.chats import ChatMessage
from domain.ids import ConversationId


async def _of_customers(services: Services, token: str) -> None:
    await services.engine.chat.sessions.authenticate(token)


router = APIRouter(
    prefix="/chat/v1/conversations",
    tags=["chat"],
    responses=PROBLEMS,
    route_class=known_first(_of_customers),
    dependencies=[Depends(permitted)],
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
    session: CurrentSession,
    chat: UseChat,
    response: Response,
) -> ChatMessage:
    """Looked into, and kept, before it is said to be sent. Its type is what its bytes say."""
    handed = await HandedFile.read(file, chat.uploads.max_bytes)
    message, is_new = await chat.uploads.send(session, conversation_id, client_id, handed, caption)
    response.status_code = 201 if is_new else 200
    return message
