"""What a file really is, and what it may be called. The sender's word is checked, never trusted."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

import filetype  # type: ignore[import-untyped]

UNKNOWN: Final = "application/octet-stream"
# Text has no signature to sniff. text/html is left out on purpose: a browser would run it.
PLAIN_TEXT: Final = frozenset({"text/plain", "text/vcard", "text/x-vcard", "text/csv", "text/calendar"})
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
# Containers that look the same from outside: the declared type may say what is in them.
_REFINED_BY: Final[dict[str, frozenset[str]]] = {
    "video/mp4": frozenset({"audio/mp4"}),
    "video/3gpp": frozenset({"audio/3gpp"}),
    "application/zip": frozenset(
        _OOXML + kind
        for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
    ),
}
_MIME_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}")
MAX_NAME: Final = 120
_MAX_SUFFIX: Final = 12


def clean_type(declared: str) -> str:
    """A declared type in its bare form: `audio/ogg; codecs=opus` is `audio/ogg`."""
    bare = declared.partition(";")[0].strip().lower()
    return bare if _MIME_TYPE.fullmatch(bare) else UNKNOWN


def sniff(content: bytes, declared: str) -> str:
    """The type of a file by its bytes; the declared one only where bytes cannot tell."""
    declared = clean_type(declared)
    sniffed: str | None = filetype.guess_mime(content)
    if sniffed is not None:
        return declared if declared in _REFINED_BY.get(sniffed, ()) else sniffed
    return declared if declared in PLAIN_TEXT and _is_text(content) else UNKNOWN


def extensions(name: str | None, content: bytes = b"") -> frozenset[str]:
    """What kind a file claims to be by its name, and what it is by its bytes: `pdf`, `exe`."""
    claimed = PurePosixPath(name or "").suffix.lstrip(".").strip().lower()
    return frozenset({claimed, filetype.guess_extension(content) or ""} - {""})


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False


def safe_name(name: str | None) -> str | None:
    """A file name without directories, invisible characters and leading dots; None if none is left.

    Format characters go too: U+202E shows `exe.pdf` for `fdp.exe`.
    """
    visible = "".join(char for char in name or "" if not unicodedata.category(char).startswith("C"))
    last = PurePosixPath(visible.replace("\\", "/")).name.strip(" .")
    if len(last) <= MAX_NAME:
        return last or None
    suffix = PurePosixPath(last).suffix[:_MAX_SUFFIX]
    return last[: MAX_NAME - len(suffix)] + suffix
