"""/media: files for providers to fetch, by signed links; and how every file of ours is served."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from api.dependencies import UseEngine
from application.attachments import StoredFile
from domain.ids import MediaId

router = APIRouter(prefix="/media", tags=["providers"])

# Customers' files are served from the console's own origin: no browser may run anything in them.
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_SHOWN = ("image/", "audio/", "video/")


def served(file: StoredFile) -> Response:
    """A file, with headers that keep it a file."""
    shown = file.mime_type.startswith(_SHOWN) and "svg" not in file.mime_type
    name = quote(file.file_name or f"file-{file.media_id}", safe="")
    return Response(
        file.content,
        media_type=file.mime_type,
        headers={
            "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
            "Content-Security-Policy": _SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600, immutable",
        },
    )


@router.api_route("/{media_id}", methods=["GET", "HEAD"], response_class=Response)
async def fetch(
    media_id: MediaId,
    engine: UseEngine,
    expires: Annotated[int, Query(ge=0, le=2**53)],
    signature: Annotated[str, Query(max_length=128)],
) -> Response:
    """Twilio asks twice: once for the headers, once for the file."""
    return served(await engine.attachments.for_provider(media_id, expires, signature))
