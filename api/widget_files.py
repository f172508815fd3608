"""/widget.js and what it loads, for the pages of shops: readable from every origin, kept long."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Header, Response

from api.widget_bundle import PANEL_FILE, panel_file, start_file
from domain.errors import NotFound

FOLDER: Final = Path(__file__).parents[1] / "widget"
_SCRIPT: Final = "text/javascript; charset=utf-8"
_JSON: Final = "application/json"
# Whoever has it asks again after five minutes: so long a new release may take to be everywhere.
_START: Final = "public, max-age=300, must-revalidate"
_NEVER_CHANGES: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "public, no-cache"

router = APIRouter(include_in_schema=False)


class File(NamedTuple):
    """One file for browsers, ready to be sent."""

    content: bytes
    compressed: bytes
    media_type: str
    etag: str


@router.api_route("/widget.js", methods=["GET", "HEAD"])
async def start(
    if_none_match: Annotated[str, Header()] = "", accept_encoding: Annotated[str, Header()] = ""
) -> Response:
    return _answer(start_script(), _START, if_none_match, accept_encoding)


@router.api_route("/widget/{release}/{path:path}", methods=["GET", "HEAD"])
async def part(
    release: str,
    path: str,
    if_none_match: Annotated[str, Header()] = "",
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """The panel, or a language. An older release gets what there is now, but not for good."""
    file = parts().get(path)
    if file is None:
        raise NotFound("There is no such file of the widget; begin with /widget.js.")
    keeping = _NEVER_CHANGES if release == this_release() else _ASK_AGAIN
    return _answer(file, keeping, if_none_match, accept_encoding)


@cache
def start_script() -> File:
    """What a page names."""
    return _file(start_file(_sources(), this_release()), _SCRIPT)


@cache
def parts() -> dict[str, File]:
    """What that loads, by its path."""
    texts = {f"texts/{path.name}": path.read_text() for path in sorted(FOLDER.glob("texts/*.json"))}
    found = {name: _file(text, _JSON) for name, text in texts.items()}
    return {**found, PANEL_FILE: _file(panel_file(_sources()), _SCRIPT)}


@cache
def this_release() -> str:
    """Changes with any file: in the address, it lets browsers keep what is there for good."""
    digest = hashlib.sha256()
    for name, source in _sources().items():
        digest.update(f"{name}\n{source}".encode())
    for name, file in parts().items():
        digest.update(f"{name} {file.etag}".encode())
    return digest.hexdigest()[:12]


@cache
def _sources() -> dict[str, str]:
    return {
        path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(FOLDER.rglob("*.js"))
    }


def _file(text: str, media_type: str) -> File:
    content = text.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return File(content, gzip.compress(content, mtime=0), media_type, etag)


def _answer(file: File, keeping: str, known: str, encodings: str) -> Response:
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": keeping,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if file.etag in known:
        return Response(status_code=304, headers=headers)
    if "gzip" not in encodings:
        return Response(file.content, headers=headers, media_type=file.media_type)
    headers["Content-Encoding"] = "gzip"
    return Response(file.compressed, headers=headers, media_type=file.media_type)
