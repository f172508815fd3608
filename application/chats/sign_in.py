"""How a shop vouches for its customers. Whoever checks its word fulfils this."""

from typing import Protocol

from domain.chats import Visitor
from domain.errors import NotSignedIn
from domain.ids import EndpointId


class CustomerSignIn(Protocol):
    """Checks what a shop says of who is on its page."""

    async def verify(self, widget_id: EndpointId, identity_token: str) -> Visitor:
        """Who it is. Raise NotSignedIn unless this widget's shop says so, now."""


class NobodySignsIn:
    """For widgets that know no shop that could vouch for anybody."""

    async def verify(self, widget_id: EndpointId, identity_token: str) -> Visitor:  # noqa: ARG002
        """Better refused than taken for a stranger."""
        raise NotSignedIn("This widget takes no sign-in. Open a session without an identity_token.")
