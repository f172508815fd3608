"""What callers see when something is refused or breaks: one shape, nothing internal."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import APIRouter
from structlog.testing import capture_logs

from api.errors import STATUS, status_of
from domain import errors
from tests.api.conftest import Http
from tests.api.one_app import OneApp


def all_errors(
    root: type[errors.HoldfastError] = errors.HoldfastError,
) -> set[type[errors.HoldfastError]]:
    """Those that the API answers; pages of the console answer their own."""
    if root.__module__.startswith("console."):
        return set()
    return {root}.union(*(all_errors(kind) for kind in root.__subclasses__()))


@pytest.fixture(scope="module")
def one_app() -> OneApp:
    """One with routes that break."""
    router = APIRouter()

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the database password is hunter2")

    @router.get("/unavailable")
    async def unavailable() -> None:
        raise errors.Unavailable("The database does not answer.")

    faulty = OneApp()
    faulty.app.include_router(router)
    return faulty


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_a_status_that_is_meant(kind: type[errors.HoldfastError]) -> None:
    ancestors = [each for each in kind.__mro__ if each in STATUS]

    assert kind is errors.HoldfastError or ancestors[0] is not errors.HoldfastError


def test_the_nearest_class_decides() -> None:
    assert status_of(errors.WindowClosed("over")) == 409
    assert status_of(errors.OutcomeUnknown("no answer")) == 502


async def test_a_problem_says_what_happened_in_the_shape_of_rfc_9457(admin: httpx2.AsyncClient) -> None:
    answer = await admin.get("/config/v1/queues/019b1e8e-0000-7000-8000-000000000000")

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == 404
    assert (problem["type"], problem["code"], problem["title"]) == (
        "/problems/not_found",
        "not_found",
        "Not Found",
    )


async def test_an_invalid_request_points_at_each_field(admin: httpx2.AsyncClient) -> None:
    answer = await admin.post("/config/v1/queues", json={"name": "", "colour": "red"})

    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/body/name", "/body/colour"}


async def test_an_invalid_request_is_not_repeated_back(admin: httpx2.AsyncClient) -> None:
    secret = "hunter2" * 1000
    answer = await admin.post("/config/v1/agents", json={"name": 1, "email": "e", "password": secret})

    assert answer.status_code == 422
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/config/v1/queues", 405)]
)
async def test_what_the_framework_refuses_looks_the_same(
    admin: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await admin.request(method, path)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_too_large_is_refused(admin: httpx2.AsyncClient) -> None:
    answer = await admin.post("/config/v1/queues", json={"name": "x" * 2_000_000})

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_lies_about_its_size_is_refused_too(admin: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    answer = await admin.post("/config/v1/queues", content=endless())

    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_caller_gets_a_challenge(http: Http) -> None:
    answer = await http.anonymous().get("/config/v1/queues")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_our_own_mistake_is_logged_and_not_told(http: Http) -> None:
    with capture_logs() as lines:
        answer = await http.anonymous().get("/broken", headers={"X-Request-ID": "request-0001"})

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["code"] == "internal_error"
    assert answer.headers["x-request-id"] == "request-0001"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["request failed"]


async def test_what_may_be_repeated_says_when(http: Http) -> None:
    answer = await http.anonymous().get("/unavailable")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_request_id_that_could_forge_a_log_line_is_replaced(http: Http) -> None:
    answer = await http.anonymous().get("/livez", headers={"X-Request-ID": "x" * 500})

    assert len(answer.headers["x-request-id"]) == 36


async def test_answers_tell_browsers_to_keep_still(http: Http) -> None:
    headers = (await http.anonymous().get("/livez")).headers

    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"
