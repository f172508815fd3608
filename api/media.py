"""/media: files for providers to fetch, by signed links; and how every file of ours is served."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from api.dependencies import UseEngine
from application.attachments import StoredFile
from application.served_files import headers_of
from domain.ids import MediaId
from storage.blobs import Part

router = APIRouter(prefix="/media", tags=["providers"])


# Who has a link may show the file: the chat widget does, on the pages of shops.
ANYWHERE: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}


def served(file: StoredFile, headers: Mapping[str, str] | None = None) -> Response:
    """A file, with headers that keep it a file."""
    all_headers = {**headers_of(file), **(headers or {})}
    return Response(file.content, media_type=file.mime_type, headers=all_headers)


@router.api_route("/{media_id}", methods=["GET", "HEAD"], response_class=Response)
async def fetch(
    media_id: MediaId,
    engine: UseEngine,
    expires: Annotated[int, Query(ge=0, le=2**53)],
    signature: Annotated[str, Query(max_length=128)],
) -> Response:
    """Twilio asks twice: once for the headers, once for the file."""
    return served(await engine.attachments.for_provider(media_id, expires, signature), ANYWHERE)


@router.api_route("/{media_id}/thumbnail", methods=["GET", "HEAD"], response_class=Response)
async def fetch_thumbnail(
    media_id: MediaId,
    engine: UseEngine,
    expires: Annotated[int, Query(ge=0, le=2**53)],
    signature: Annotated[str, Query(max_length=128)],
) -> Response:
    """A small picture of a file, for providers that show one first."""
    attachments = engine.attachments
    small = await attachments.for_provider(media_id, expires, signature, Part.THUMBNAIL)
    return served(small, ANYWHERE)
