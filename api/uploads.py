"""Routes that take files: the caller is let in before a large body is read."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.dependencies import bearer, current_token

Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
LetIn: TypeAlias = Callable[[Request, str], Awaitable[object]]


def let_in_first(let_in: LetIn) -> type[APIRoute]:
    """A route that does not even read the body of who may not call it; usually it is read first."""

    class LetInFirst(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def handle_let_in(request: Request) -> Response:
                token = await current_token(await bearer(request))
                await let_in(request, token)
                return await handle(request)

            return handle_let_in

    return LetInFirst
