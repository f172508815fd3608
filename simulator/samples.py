"""Small valid files of every type, for customers who send something without saying what."""

import struct
import zlib
from typing import Final

from simulator.utterance import Upload

_SIDE: Final = 96


def sample_for(kind: str) -> Upload:
    name, content_type, content = _SAMPLES[kind]
    return Upload.model_construct(content=content, content_type=content_type, file_name=name)


def _png() -> bytes:
    """A little gradient, so that there is something to see."""
    rows = b"".join(
        b"\0" + b"".join(bytes((40 + x, 120 + y, 180 - x // 2)) for x in range(_SIDE))
        for y in range(_SIDE)
    )
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _webp() -> bytes:
    """One lossless pixel."""
    pixel = (
        b"VP8L" + struct.pack("<I", 13) + b"\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
    )
    return b"RIFF" + struct.pack("<I", len(pixel) + 4) + b"WEBP" + pixel


_OGG: Final = b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0"
_MP4: Final = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08mdat"
_PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
_VCARD: Final = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Kim Minji\r\nTEL;TYPE=CELL:+821012345678\r\nEND:VCARD\r\n"
)

_SAMPLES: Final[dict[str, tuple[str | None, str, bytes]]] = {
    "image": (None, "image/png", _png()),
    "video": (None, "video/mp4", _MP4),
    "audio": (None, "audio/ogg", _OGG),
    "sticker": (None, "image/webp", _webp()),
    "document": ("invoice.pdf", "application/pdf", _PDF),
    "contacts": (None, "text/vcard", _VCARD),
}
SAMPLED_KINDS: Final = frozenset(_SAMPLES)
