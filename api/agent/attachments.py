"""Files of conversations: those that agents attach, and those that anybody sent."""

from typing import Annotated

from fastapi import APIRouter, File, Query, Request, Response, UploadFile
from pydantic import BaseModel

from api.dependencies import AgentCaller, UseEngine, services_of
from api.errors import PROBLEMS
from api.media import served
from api.uploads import let_in_first
from application.access import require
from application.attachments import FileLinks
from application.uploading import LARGEST_BODY, HandedFile
from domain.configuration import Scope
from domain.ids import ConversationId, MediaId
from domain.messages import PictureSize
from storage.blobs import Part


async def _agents(request: Request, token: str) -> None:
    require(await services_of(request).access.authenticate(token), [Scope.AGENT])


router = APIRouter(
    prefix="/agent/v1", tags=["files"], responses=PROBLEMS, route_class=let_in_first(_agents)
)


class Attachment(BaseModel):
    """A file, ready to be sent in its conversation."""

    media_id: MediaId
    mime_type: str
    file_name: str | None = None
    size: int | None = None
    thumbnail: PictureSize | None = None


@router.post("/attachments", status_code=201, max_body_size=LARGEST_BODY)
async def upload(
    *,
    conversation_id: Annotated[ConversationId, Query(description="Where it will be sent.")],
    file: Annotated[UploadFile, File()],
    caller: AgentCaller,
    engine: UseEngine,
) -> Attachment:
    """Checked against what the channel carries; its type is what its bytes say."""
    handed = await HandedFile.read(file, engine.attachments.max_bytes)
    row = await engine.attachments.upload(caller, conversation_id, handed)
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
