"""Files of conversations: those that agents attach, and those that anybody sent."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Query, Request, Response, UploadFile
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.dependencies import AgentCaller, UseEngine, bearer, current_token, services_of
from api.errors import PROBLEMS
from api.media import served
from application.attachments import FileLinks
from domain.ids import ConversationId, MediaId
from domain.messages import PictureSize
from storage.blobs import Part

# The largest HOLDFAST_MEDIA_MAX_BYTES that can be set, and what multipart adds around it.
MAX_BODY: Final = 201 * 1024 * 1024

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class SignedInFirst(APIRoute):
    """A body as large as this is not even read for strangers; usually it is read first."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_known(request: Request) -> Response:
            token = await current_token(await bearer(request))
            await services_of(request).access.authenticate(token)
            return await handle(request)

        return handle_known


router = APIRouter(prefix="/agent/v1", tags=["files"], responses=PROBLEMS, route_class=SignedInFirst)


class Attachment(BaseModel):
    """A file, ready to be sent in its conversation."""

    media_id: MediaId
    mime_type: str
    file_name: str | None = None
    size: int | None = None
    thumbnail: PictureSize | None = None


@router.post("/attachments", status_code=201, max_body_size=MAX_BODY)
async def upload(
    *,
    conversation_id: Annotated[ConversationId, Query(description="Where it will be sent.")],
    file: Annotated[UploadFile, File()],
    caller: AgentCaller,
    engine: UseEngine,
) -> Attachment:
    """Checked against what the channel carries; its type is what its bytes say."""
    row = await engine.attachments.upload(
        caller,
        conversation_id,
        content=await file.read(engine.attachments.max_bytes + 1),
        declared_type=file.content_type or "",
        file_name=file.filename,
    )
    return Attachment.model_validate(row, from_attributes=True)


@router.get("/media/{media_id}", response_class=Response)
async def fetch(media_id: MediaId, caller: AgentCaller, engine: UseEngine) -> Response:
    """A file of a conversation that the caller sees."""
    return served(await engine.attachments.for_agent(caller, media_id))


@router.get("/media/{media_id}/thumbnail", response_class=Response)
async def fetch_thumbnail(media_id: MediaId, caller: AgentCaller, engine: UseEngine) -> Response:
    """A small picture of a file whose `thumbnail` is told; 404 where there is none."""
    return served(await engine.attachments.for_agent(caller, media_id, Part.THUMBNAIL))


@router.get("/media/{media_id}/links")
async def links(media_id: MediaId, caller: AgentCaller, engine: UseEngine) -> FileLinks:
    """Addresses that open the file without a token, for ten minutes: for a browser's own requests."""
    return await engine.attachments.links_for_agent(caller, media_id)
