"""Who may call the chat API at all: asked of every call, before anything else is done."""

from starlette.requests import HTTPConnection

from api.dependencies import services_of


async def permitted(connection: HTTPConnection) -> None:
    """Raise TooManyRequests for addresses that call too often. Also asked for WebSockets.

    No proxy's header is believed: behind one, all callers share its address and its limit.
    """
    services_of(connection).engine.chat.limits.per_address.require(address_of(connection))


def address_of(connection: HTTPConnection) -> str:
    """Where a call comes from, as far as we can know."""
    return connection.client.host if connection.client else "unknown"
