"""Names that Google gives."""

from secrets import token_hex, token_urlsafe
from uuid import uuid4


def new_message_id() -> str:
    """Of a customer's message in Business Messages, and of a request."""
    return str(uuid4())


def new_rcs_id(prefix: str) -> str:
    """Of a message (Mx) or an event (Ev) of RCS: made by the customer's phone."""
    return prefix + token_urlsafe(18)


def new_media_id() -> str:
    return "GM" + token_hex(16)
