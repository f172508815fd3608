"""Files of conversations: those that customers sent, and those that agents attach."""

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from application.attachments import StoredFile
from application.served_files import headers_of
from application.uploading import LARGEST_BODY, HandedFile
from console.paths import within
from console.session import CurrentAgent, UseServices, require_same_site
from domain.errors import HoldfastError, MediaRefused
from domain.ids import ConversationId, MediaId
from storage.blobs import Part

_REFUSED: Final = 422

router = APIRouter(include_in_schema=False)


@router.get(within("/agent/media/{media_id}"), response_class=Response)
async def fetch(media_id: MediaId, caller: CurrentAgent, services: UseServices) -> Response:
    """A file of a conversation that this agent sees."""
    return _served(await services.engine.attachments.for_agent(caller, media_id))


@router.get(within("/agent/media/{media_id}/thumbnail"), response_class=Response)
async def fetch_thumbnail(media_id: MediaId, caller: CurrentAgent, services: UseServices) -> Response:
    """A small picture of it."""
    return _served(await services.engine.attachments.for_agent(caller, media_id, Part.THUMBNAIL))


@router.post(
    within("/agent/attachments/{conversation_id}"),
    response_class=Response,
    max_body_size=LARGEST_BODY,
    dependencies=[Depends(require_same_site)],
)
async def upload(
    conversation_id: ConversationId, request: Request, caller: CurrentAgent, services: UseServices
) -> Response:
    """Reads the body only now: the caller is known."""
    attachments = services.engine.attachments
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise MediaRefused("There is no file in this upload.")
            handed = await HandedFile.read(file, attachments.max_bytes)
            row = await attachments.upload(caller, conversation_id, handed)
    except HoldfastError as error:
        return JSONResponse({"problem": str(error)}, _REFUSED)
    return JSONResponse({"media_id": str(row.media_id), "name": row.file_name or row.mime_type})


def _served(file: StoredFile) -> Response:
    return Response(file.content, media_type=file.mime_type, headers=headers_of(file))
