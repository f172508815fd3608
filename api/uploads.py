"""Routes that take files: the caller is known before a large body is read."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.dependencies import bearer, current_token, services_of
from application.services import Services

Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
Authenticate: TypeAlias = Callable[[Services, str], Awaitable[object]]


def known_first(authenticate: Authenticate) -> type[APIRoute]:
    """A route that does not even read the body for strangers; usually it is read first."""

    class KnownFirst(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def handle_known(request: Request) -> Response:
                token = await current_token(await bearer(request))
                await authenticate(services_of(request), token)
                return await handle(request)

            return handle_known

    return KnownFirst
