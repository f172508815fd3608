"""What makes a secret or an address unfit for production, judged from its text alone."""

import base64
import binascii
import ipaddress
from typing import Final
from urllib.parse import urlsplit

_KEY_BYTES: Final = 32
_MIN_DIFFERENT_BYTES: Final = 16  # 32 random bytes have fewer once in 10^16 keys
_NOT_ASCII: Final = 128
_WELL_KNOWN_PASSWORDS: Final = {"", "admin", "changeme", "holdfast", "password", "postgres", "secret"}


def fault_of_key(key: str) -> str | None:
    """Why `key` protects nothing, or None. The key itself is never part of the answer."""
    try:
        raw = base64.b64decode(key, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return "is not url-safe base64"
    if len(raw) != _KEY_BYTES:
        return f"has {len(raw)} bytes instead of {_KEY_BYTES}"
    if len(set(raw)) < _MIN_DIFFERENT_BYTES or all(
        chr(byte).isprintable() and byte < _NOT_ASCII for byte in raw
    ):
        return "was made up by hand, or copied from an example, instead of drawn at random"
    return None


def fault_of_public_address(url: str) -> str | None:
    """Why other machines cannot safely use `url`, or None."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return "is not https"
    if _is_local(parts.hostname or ""):
        return "points at this machine or a private network"
    return None


def fault_of_trusted_page(url: str) -> str | None:
    """Why pages at `url` must not be shown anything private, or None. On this machine http will do."""
    parts = urlsplit(url)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        return "is not https"
    return None


def fault_of_database_url(url: str) -> str | None:
    """Why `url` is no database to keep customers' messages in, or None."""
    if not url:
        return "is not set"
    if "://" not in url:
        return None if "=" in url else "is neither a postgresql:// URL nor key=value pairs"
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        return "is not a postgresql:// URL"
    if parts.password is not None and parts.password.lower() in _WELL_KNOWN_PASSWORDS:
        return "has a password that everybody knows"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
