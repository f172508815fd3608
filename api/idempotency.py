"""`Idempotency-Key` on POSTs: the same key and body is answered alike, with another body refused."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final
from uuid import UUID, uuid5

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.dependencies import KnownCaller, bearer, current_token, services_of
from application.idempotency import Answer, Idempotency, KeyedRequest, Work
from domain.ids import new_id

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
MAX_LENGTH: Final = 255
KEPT_HEADERS: Final = ("etag", "location", "content-type")
NAMESPACE: Final = UUID("5b0c5b0e-3c1e-4f7e-9a55-9d1f4c1b7c11")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        max_length=MAX_LENGTH,
        description="Repeat a request with the same key and body: it is done once.",
    ),
]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def repeatable_id(caller: KnownCaller, key: IdempotencyKey = None) -> UUID:
    """An id that is the same whenever this caller repeats this key."""
    if key is None:
        return new_id()
    return uuid5(NAMESPACE, f"{caller.key_id or caller.agent_id}/{key}")


async def _keyed(request: Request, key: str) -> KeyedRequest:
    if not 1 <= len(key) <= MAX_LENGTH:
        raise HTTPException(400, f"`{HEADER}` must have 1 to {MAX_LENGTH} characters.")
    token = await current_token(await bearer(request))
    fingerprint = hashlib.sha256()
    for part in (request.method, request.url.path, request.url.query):
        fingerprint.update(part.encode() + b"\n")
    fingerprint.update(await request.body())
    caller = await services_of(request).access.authenticate(token)
    return KeyedRequest(caller=caller, key=key, fingerprint=fingerprint.digest())


def _as_response(answer: Answer) -> Response:
    headers = answer.headers | ({REPLAYED: "true"} if answer.replayed else {})
    return Response(answer.body, answer.status, headers=headers)


def _as_answer(response: Response) -> Answer:
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Answer(status=response.status_code, body=bytes(response.body).decode(), headers=kept)


def documented(_key: IdempotencyKey = None) -> None:
    """The key is read before the route's own parameters are; this only tells of it in the document."""


class RepeatableRoute(APIRoute):
    """A route that honours the key. Its work must itself be repeatable: see `repeatable_id`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401
        if "POST" in (options.get("methods") or ()):
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(documented)]
        super().__init__(path, endpoint, **options)

    async def once(self, idempotency: Idempotency, request: KeyedRequest, work: Work) -> Answer:
        """How the work is kept from being done twice."""
        return await idempotency.guarded(request, work)

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if request.method != "POST" or key is None:
                return await handle(request)

            async def work() -> Answer:
                return _as_answer(await handle(request))

            idempotency = services_of(request).idempotency
            return _as_response(await self.once(idempotency, await _keyed(request, key), work))

        return handle_once


class TransactionalRoute(RepeatableRoute):
    """A route whose whole work is one transaction, which its key joins."""

    async def once(self, idempotency: Idempotency, request: KeyedRequest, work: Work) -> Answer:
        return await idempotency.in_one_transaction(request, work)
