"""Every route of the app, found by walking it: none is forgotten when a new one is added."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from api.app import ROUTERS, create_app
from domain.configuration import Agent, Scope
from tests.api.conftest import PASSWORD, Http

# Whoever calls these is known by other means, or needs not be known.
# Files for browsers, the same for everybody: no part of the API.
OF_THE_WIDGET = ("/widget.js", "/widget/{release}/{path:path}")
OPEN = {
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("POST", "/agent/v1/sign-in"),  # here one becomes known
    ("POST", "/chat/v1/sessions"),  # here a customer becomes known
    ("POST", "/chat/v1/reconnect"),  # here by a link that we signed
    ("GET", "/chat/v1/widgets/{widget_id}"),  # what every visitor of its pages sees
    ("GET", "/codec/sign-in"),
    ("POST", "/codec/sign-in"),
    ("GET", "/media/{media_id}"),  # signed, for providers
    ("GET", "/media/{media_id}/thumbnail"),
    ("POST", "/webhooks/twilio/{account_id}/messages"),  # signed by the provider
    ("POST", "/webhooks/twilio/{account_id}/status"),
    ("POST", "/webhooks/line/{account_id}"),
    ("POST", "/webhooks/google-business-messages/{account_id}"),
    ("POST", "/webhooks/rcs/{account_id}"),
}
ID = UUID("019b1e8e-0000-7000-8000-000000000000")


class Operation(NamedTuple):
    """One thing that can be called."""

    method: str
    path: str

    @property
    def address(self) -> str:
        return re.sub(r"\{[^}]*id\}", str(ID), self.path).replace("{name}", "auth_token")


def operations_of(app: FastAPI) -> Iterator[Operation]:
    """Everything the app's own document lists, and the document itself."""
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            yield Operation(method.upper(), path)


APP = create_app(lambda: pytest.fail("only its routes are looked at"))
ALL = sorted(operations_of(APP))
CONFIG = [operation for operation in ALL if operation.path.startswith("/config/")]
GUARDED = [operation for operation in ALL if operation not in OPEN]


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


async def call(client: httpx2.AsyncClient, operation: Operation) -> httpx2.Response:
    return await client.request(operation.method, operation.address, headers={"If-Match": '"1"'})


def test_the_document_lists_every_route() -> None:
    """What the document hides could be reached unseen."""
    documented = {operation.path for operation in ALL}
    routes = chain(APP.routes, *(router.routes for router in ROUTERS))
    paths = {route.path for route in routes if hasattr(route, "path")}

    assert documented <= paths
    assert paths - documented <= {"/openapi.json", "/docs", "/agent/v1/events", *OF_THE_WIDGET}


def test_the_list_of_open_routes_names_nothing_that_is_gone() -> None:
    assert {path for _, path in OPEN} <= {*(op.path for op in ALL), "/openapi.json", "/docs"}


async def test_inv10_an_anonymous_caller_is_refused_everywhere(http: Http) -> None:
    client = http.anonymous()

    answers = {named(operation): await call(client, operation) for operation in GUARDED}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 401)
    assert {answer.json()["code"] for answer in answers.values()} == {"not_signed_in"}


async def test_a_forged_token_is_refused_everywhere(http: Http) -> None:
    client = http.bearing("hf_00000000_" + "A" * 43)

    answers = [await call(client, operation) for operation in GUARDED]

    assert {answer.status_code for answer in answers} == {401}


async def test_a_key_of_an_agent_reaches_no_configuration(http: Http, ann: Agent) -> None:
    client = await http.keyed(Scope.AGENT, agent=ann)

    answers = {named(operation): await call(client, operation) for operation in CONFIG}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)


async def test_reading_configuration_changes_none(http: Http) -> None:
    client = await http.keyed(Scope.CONFIG_READ)
    changing = [operation for operation in CONFIG if operation.method != "GET"]

    answers = {named(operation): await call(client, operation) for operation in changing}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)


@pytest.mark.parametrize("scope", [Scope.CONFIG_WRITE, Scope.SECRETS_WRITE, Scope.OPERATOR])
async def test_writing_does_not_include_reading(http: Http, scope: Scope) -> None:
    client = await http.keyed(scope)
    reading = [operation for operation in CONFIG if operation.method == "GET"]

    assert {(await call(client, operation)).status_code for operation in reading} == {403}


async def test_a_key_of_an_admin_is_no_agent(http: Http) -> None:
    client = await http.keyed(Scope.CONFIG_READ, Scope.CONFIG_WRITE, Scope.SECRETS_WRITE)
    of_agents = [
        operation
        for operation in GUARDED
        if operation.path.startswith("/agent/v1/conversations") and operation.method == "GET"
    ]

    assert of_agents
    assert {(await call(client, operation)).status_code for operation in of_agents} == {403}


async def test_metrics_are_for_operators(http: Http) -> None:
    assert (await (await http.keyed(Scope.CONFIG_READ)).get("/metrics")).status_code == 403
    answer = await (await http.keyed(Scope.OPERATOR)).get("/metrics")

    assert answer.status_code == 200
    assert "holdfast_http_requests_total" in answer.text


async def test_inv9_no_log_line_tells_a_secret(
    http: Http, admin: httpx2.AsyncClient, ann: Agent
) -> None:
    secrets = ["a-very-secret-token", PASSWORD, admin.headers["authorization"].split()[1]]
    with capture_logs() as lines:
        await admin.post(
            "/config/v1/accounts",
            json={"name": "A", "channel": "whatsapp", "secrets": {"auth_token": secrets[0]}},
        )
        await admin.get("/config/v1/queues", params={"cursor": secrets[0]})
        await http.anonymous().post(
            "/agent/v1/sign-in", json={"email": ann.email, "password": PASSWORD}
        )
        await http.anonymous().post("/agent/v1/sign-in", json={"email": "x", "password": secrets[0]})

    assert len(lines) >= 4
    told = "\n".join(str(line) for line in lines)
    assert not [secret for secret in chain(secrets, [ann.email]) if secret in told]


async def test_the_process_says_whether_it_is_ready(http: Http) -> None:
    answer = await http.anonymous().get("/readyz")

    assert answer.json() == {"status": "ok", "parts": {"database": "ok"}}
