"""How a file of ours is served: with headers that keep it a file, whoever made it."""

from typing import Final
from urllib.parse import quote

from application.attachments import StoredFile

# Customers' files are served from the console's own origin: no browser may run anything in them.
_SANDBOX: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_SHOWN: Final = ("image/", "audio/", "video/")


def headers_of(file: StoredFile) -> dict[str, str]:
    """Pictures, sounds and films are shown; everything else is saved."""
    shown = file.mime_type.startswith(_SHOWN) and "svg" not in file.mime_type
    name = quote(file.file_name or f"file-{file.media_id}", safe="")
    return {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
        "Content-Security-Policy": _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600, immutable",
    }
