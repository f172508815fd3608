"""How a shop vouches for its customers. Whoever checks its word fulfils this."""

from typing import Protocol

from domain.chats import Visitor
from domain.ids import EndpointId


class CustomerSignIn(Protocol):
    """Checks what a shop says of who is on its page."""

    async def verify(self, widget_id: EndpointId, identity_token: str | None) -> Visitor:
        """Who it is. Raise NotSignedIn unless this widget's shop says so, or no shop has to."""
