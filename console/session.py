"""Who sits at this browser: the session cookie, and the person behind it.

The cookie holds the token of a sign-in, whose digest is in PostgreSQL: it outlives every process,
and ends everywhere at once when it is revoked.
"""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from application.access import Access, SignedIn, require
from application.services import Services
from console.paths import HOME
from console.reader import Reader, zone_named
from domain.configuration import Caller, Scope
from domain.errors import HoldfastError, NotAllowed, NotSignedIn

COOKIE: Final = "holdfast_session"
ZONE_COOKIE: Final = "holdfast_zone"
"""Set by console.js; it says where the agent's clock is."""


class SignInFirst(HoldfastError):
    """A page that nobody may see without signing in. The answer is the way to the form."""

    code = "sign_in_first"


class CrossSite(HoldfastError):
    """Another site's page sent this form."""

    code = "cross_site"


def services_of(connection: HTTPConnection) -> Services:
    """The services that live as long as the app we are mounted on."""
    services: Services = connection.state.services
    return services


UseServices = Annotated[Services, Depends(services_of)]


def token_of(connection: HTTPConnection) -> str:
    """The token this browser has; empty when it has none."""
    return connection.cookies.get(COOKIE, "")


async def agent_caller(access: Access, token: str) -> Caller:
    """The person behind a token, provided that they answer customers."""
    caller = await access.authenticate(token)
    require(caller, [Scope.AGENT])
    if caller.agent_id is None:
        raise NotAllowed("This token belongs to no person.")
    return caller


async def current_agent(connection: HTTPConnection, services: UseServices) -> Caller:
    """For pages and files: asks before anything is built or read."""
    try:
        return await agent_caller(services.access, token_of(connection))
    except (NotSignedIn, NotAllowed) as error:
        raise SignInFirst(str(error)) from error


CurrentAgent = Annotated[Caller, Depends(current_agent)]


async def reader_of(connection: HTTPConnection, access: Access, caller: Caller) -> Reader:
    """How this person sees things, at this browser."""
    if caller.agent_id is None:
        raise NotAllowed("This token belongs to no person.")
    agent = await access.agent(caller.agent_id)
    return Reader(
        agent_id=agent.agent_id,
        name=agent.name,
        is_supervisor=Scope.SUPERVISOR in caller.scopes,
        zone=zone_named(connection.cookies.get(ZONE_COOKIE, "")),
    )


def require_same_site(connection: HTTPConnection) -> None:
    """Browsers say where a form comes from; nobody else's page may sign people in or send files."""
    came_from = connection.headers.get("sec-fetch-site", "same-origin")
    if came_from not in {"same-origin", "none"}:
        raise CrossSite("This was sent by another site.")


def begin(response: Response, signed_in: SignedIn, *, is_secure: bool) -> None:
    """Give the browser its session. No script can read it, no other site can use it for a request."""
    left = signed_in.expires_at - datetime.now(UTC)
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=int(left.total_seconds()),
        path=HOME,
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def end(response: Response, *, is_secure: bool) -> None:
    """Take it away again."""
    response.delete_cookie(COOKIE, path=HOME, secure=is_secure, httponly=True, samesite="lax")
