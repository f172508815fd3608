"""Live chat: who is at the other end, as the API established it before a use case begins."""

from uuid import UUID

from domain.ids import EndpointId
from domain.values import Value


class Visitor(Value):
    """A customer at a widget. `address`: `user:…` where the shop vouches for them, else `visitor:…`."""

    address: str
    authenticated: bool = False
    display_name: str | None = None
    email: str | None = None
    phone: str | None = None


class ChatSession(Value):
    """One customer at one widget in one browser, all its tabs together."""

    session_id: UUID
    widget_id: EndpointId
    visitor: Visitor
