"""What a file really is, and what it may be called."""

import pytest

from channels.file_types import clean_type, extensions, safe_name, sniff

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.mark.parametrize(
    ("content", "declared", "expected"),
    [
        (PNG, "image/jpeg", "image/png"),
        (PNG, "text/vcard", "image/png"),
        (b"%PDF-1.7 x", "image/png", "application/pdf"),
        (b"BEGIN:VCARD", "text/vcard", "text/vcard"),
        (b"hello", "text/plain; charset=utf-8", "text/plain"),
        (b"a\x00b", "text/plain", "application/octet-stream"),
        (b"\xff\xfe\xfd", "text/vcard", "application/octet-stream"),
        (b"<script>", "text/html", "application/octet-stream"),
        (b"<svg onload=x>", "image/svg+xml", "application/octet-stream"),
        (b"", "image/png", "application/octet-stream"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 16, "audio/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 16, "image/png", "video/mp4"),
    ],
)
def test_a_files_type_is_what_its_bytes_say(content: bytes, declared: str, expected: str) -> None:
    assert sniff(content, declared) == expected


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.doc", "a.doc"),
        ("a\x00b\n.png", "ab.png"),
        ("\u202efdp.exe", "fdp.exe"),
        (".bashrc", "bashrc"),
        ("...", None),
        ("/", None),
        ("", None),
        (None, None),
        ("übersicht 📦.pdf", "übersicht 📦.pdf"),
    ],
)
def test_a_file_name_is_only_a_name(name: str | None, safe: str | None) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("x" * 500 + ".pdf") or ""
    assert len(name) == 120
    assert name.endswith("x.pdf")


def test_a_declared_type_is_bare_or_unknown() -> None:
    assert clean_type("Audio/OGG; codecs=opus") == "audio/ogg"
    assert clean_type("nonsense") == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        (None, b"", set()),
        ("notes", b"plain", set()),
        ("Notes.TXT", b"plain", {"txt"}),
        ("invoice.pdf.exe", b"plain", {"exe"}),
        ("invoice.pdf", b"MZ" + b"\x00" * 100, {"pdf", "exe"}),
        ("a.sh ", b"plain", {"sh"}),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, {"png"}),
    ],
)
def test_a_file_is_what_it_is_called_and_what_it_is(
    name: str | None, content: bytes, found: set[str]
) -> None:
    assert extensions(name, content) == found
