"""POST /chat/v1/conversations/{id}/files: a file becomes a message."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.routing import APIRoute

from api.chat.messages import SAME_AGAIN
from api.chat.permission import permitted
from api.chat.routing import CurrentSession, UseChat
from api.dependencies import bearer, current_token, services_of
from api.errors import PROBLEMS
from application.chats.uploads import CAPTION_LIMIT, NewFile
from domain.chats import ChatMessage
from domain.ids import ConversationId

# The largest HOLDFAST_MEDIA_MAX_BYTES that can be set, and what multipart adds around it.
MAX_BODY: Final = 201 * 1024 * 1024

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class KnownFirst(APIRoute):
    """A body as large as this is not even read for strangers; usually it is read first."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_known(request: Request) -> Response:
            token = await current_token(await bearer(request))
            await services_of(request).engine.chat.sessions.authenticate(token)
            return await handle(request)

        return handle_known


router = APIRouter(
    prefix="/chat/v1/conversations",
    tags=["chat"],
    responses=PROBLEMS,
    route_class=KnownFirst,
    dependencies=[Depends(permitted)],
)


@router.post("/{conversation_id}/files", status_code=201, max_body_size=MAX_BODY, responses=SAME_AGAIN)
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
    new = NewFile(
        content=await file.read(chat.uploads.max_bytes + 1),
        declared_type=file.content_type or "",
        file_name=file.filename,
        caption=caption,
    )
    message, is_new = await chat.uploads.send(session, conversation_id, client_id, new)
    response.status_code = 201 if is_new else 200
    return message
