"""Who reads payloads: a key, or an operator's browser, whose cookie counts only below /codec."""

import secrets
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from api.dependencies import Credentials, UseServices
from application.access import SignedIn, now, require
from domain.configuration import Caller, Scope
from domain.errors import NotSignedIn

COOKIE: Final = "holdfast_codec"
PATH: Final = "/codec"


def token_of(request: Request) -> str:
    """The token that this browser has; empty when it has none."""
    return request.cookies.get(COOKIE, "")


async def presented_token(request: Request, credentials: Credentials) -> str:
    """The bearer token; else the cookie, if the request comes from a page of the Temporal UI.

    Browsers add a cookie to what any page of the same host sends, on whichever port; they do not let
    a page lie about its origin.
    """
    if credentials is not None:
        return credentials.credentials
    token, expected = token_of(request), request.state.temporal_ui
    came_from = request.headers.get("origin", "")
    if token and expected and secrets.compare_digest(came_from.encode(), expected.encode()):
        return token
    raise NotSignedIn(
        f"Send an operator's key as `Authorization: Bearer …`, or sign in at {PATH}/sign-in."
    )


async def current_operator(
    services: UseServices, token: Annotated[str, Depends(presented_token)]
) -> Caller:
    """The caller, provided that they operate this deployment."""
    caller = await services.access.authenticate(token)
    require(caller, [Scope.OPERATOR])
    return caller


PayloadReader = Annotated[Caller, Depends(current_operator)]


def begin(response: Response, signed_in: SignedIn, *, is_secure: bool) -> None:
    """Give the browser its session. No script can read it, and no other site's page can use it."""
    left = signed_in.expires_at - now()
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=int(left.total_seconds()),
        path=PATH,
        secure=is_secure,
        httponly=True,
        # A Temporal UI on another port of the same host is the same site.
        samesite="strict",
    )


def end(response: Response, *, is_secure: bool) -> None:
    """Take it away again."""
    response.delete_cookie(COOKIE, path=PATH, secure=is_secure, httponly=True, samesite="strict")
