"""How each error of ours looks over HTTP: one table, one shape (RFC 9457 problem details)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from domain import errors

PROBLEM_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[type[errors.HoldfastError], int]] = {
    errors.HoldfastError: 500,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.StaleVersion: 412,
    errors.InvalidInput: 422,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
    errors.InvalidSignature: 403,
    errors.UnreadableWebhook: 400,
    errors.ChannelError: 502,
    errors.MediaRefused: 422,
    errors.MediaUnavailable: 503,
}

HTTP_CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "content_too_large",
    428: "precondition_required",
}


class InvalidField(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(examples=["/body/name"])
    detail: str
    code: str = Field(examples=["string_too_short"])


class Problem(BaseModel):
    """What every error of this API looks like (RFC 9457). `code` is stable; `detail` is for people."""

    type: str = Field(examples=["/problems/not_found"])
    title: str
    status: int
    detail: str
    code: str
    details: dict[str, Any] = Field(default_factory=dict)
    errors: list[InvalidField] = Field(default_factory=list)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    details: dict[str, Any] | None = None,
    fields: list[InvalidField] | None = None,
) -> Response:
    """An error as a response."""
    body = Problem(
        type=f"/problems/{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        details=details or {},
        errors=fields or [],
    )
    content = body.model_dump(mode="json")
    return JSONResponse(content, status, headers=headers, media_type=PROBLEM_TYPE)


def status_of(error: errors.HoldfastError) -> int:
    """The status of the nearest class of this error that has one."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _headers(error: errors.HoldfastError, status: int) -> dict[str, str]:
    if isinstance(error, errors.TooManyRequests):
        return {"Retry-After": str(max(1, round(error.retry_after.total_seconds())))}
    return {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}.get(status, {})


async def ours(_request: Request, error: Exception) -> Response:
    """A domain error: the table says its status."""
    assert isinstance(error, errors.HoldfastError)  # noqa: S101 - registered for nothing else
    if isinstance(error, errors.InvalidSignature):
        return Response(status_code=403)  # an unsigned caller learns nothing
    status = status_of(error)
    details = jsonable_encoder(error.details)
    return problem(status, error.code, str(error), headers=_headers(error, status), details=details)


async def not_valid(_request: Request, error: Exception) -> Response:
    """The request does not fit its model. Values are left out: they may be secrets."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    fields = [
        InvalidField(
            pointer="/" + "/".join(str(part) for part in each["loc"]),
            detail=each["msg"],
            code=each["type"],
        )
        for each in error.errors()
    ]
    return problem(422, "invalid_input", "The request is not valid: see `errors`.", fields=fields)


async def plain_http(_request: Request, error: Exception) -> Response:
    """What the framework refuses: unknown paths, wrong methods, bodies that are too large."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    code = HTTP_CODES.get(error.status_code, f"http_{error.status_code}")
    return problem(error.status_code, code, str(error.detail), headers=error.headers)


def unexpected() -> Response:
    """Our own mistake: logged in full where it is caught, told without internals."""
    return problem(500, "internal_error", "Something went wrong on our side. It has been logged.")


def install(app: FastAPI) -> None:
    """Have the app answer errors with problem details."""
    app.add_exception_handler(errors.HoldfastError, ours)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.add_exception_handler(HTTPException, plain_http)


PROBLEM_RESPONSE: Final[dict[str, Any]] = {
    "description": "A problem (RFC 9457).",
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {"4XX": PROBLEM_RESPONSE, "5XX": PROBLEM_RESPONSE}
"""For a router's `responses`."""
