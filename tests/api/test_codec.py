"""Decoded payloads are for operators only, through their key or through the Temporal UI's pages."""

import base64
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from temporalio.api.common.v1 import Payload

from api.codec.cors import origin_of
from application.configuration.agents import NewAgent
from application.payloads import PayloadReading
from application.services import Configuration, Services
from domain.configuration import Agent, Role, Scope
from runtime.codec import EncryptionCodec
from runtime.keyring import new_key
from runtime.payloads import PayloadCodec
from storage.database import Database
from tests.api.conftest import PASSWORD, ROOT, Http, everything_in
from tests.api.one_app import OneApp

KEY = new_key()
TEMPORAL_UI = "http://127.0.0.1:8233"
SAID = b'"conversation 0198"'
DATA = base64.b64encode(SAID).decode()
PLAIN = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": DATA}


@pytest.fixture(scope="module")
def one_app() -> OneApp:
    """One that Temporal's pages may ask."""
    return OneApp(f"{TEMPORAL_UI}/")


@pytest.fixture
def services(services: Services) -> Services:
    """Those of every test, with a key that is known."""
    reading = PayloadReading(PayloadCodec([KEY]), services.configuration.audit)
    return Services(**{**vars(services), "payloads": reading})


@pytest.fixture
async def olga(configuration: Configuration) -> Agent:
    """An operator who can sign in."""
    draft = NewAgent(
        name="Olga", email="olga@example.com", roles=(Role.OPERATOR,), password=SecretStr(PASSWORD)
    )
    return await configuration.agents.create(ROOT, draft)


async def sealed(key: str = KEY) -> dict[str, Any]:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=SAID)
    (found,) = await EncryptionCodec([key]).encode([payload])
    metadata = {name: base64.b64encode(value).decode() for name, value in found.metadata.items()}
    return {"payloads": [{"metadata": metadata, "data": base64.b64encode(found.data).decode()}]}


def from_ui(origin: str | None = TEMPORAL_UI) -> dict[str, str]:
    return {"Origin": origin} if origin else {}


async def sign_in(client: httpx2.AsyncClient, person: Agent, **headers: str) -> httpx2.Response:
    form = {"email": person.email, "password": PASSWORD}
    return await client.post("/codec/sign-in", data=form, headers=headers)


async def test_an_operators_key_opens_payloads(http: Http) -> None:
    client = await http.keyed(Scope.OPERATOR)

    answer = await client.post("/codec/decode?preserveStorageRefs=true", json=await sealed())

    assert answer.status_code == 200
    assert answer.json() == {"payloads": [PLAIN]}


async def test_what_is_sealed_here_is_what_workers_read(http: Http) -> None:
    client = await http.keyed(Scope.OPERATOR)

    answer = await client.post("/codec/encode", json={"payloads": [PLAIN]})

    kept = answer.json()
    assert DATA not in answer.text
    assert (await client.post("/codec/decode", json=kept)).json() == {"payloads": [PLAIN]}


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.OPERATOR])
async def test_inv9_no_other_scope_reads_payloads(
    http: Http, configuration: Configuration, scope: Scope
) -> None:
    roles = tuple(role for role in Role if role is not Role.OPERATOR)
    person = await configuration.agents.create(
        ROOT, NewAgent(name="All but one", email="all@example.com", roles=roles)
    )
    client = await http.keyed(scope, agent=person)

    for path in ("/codec/decode", "/codec/encode"):
        answer = await client.post(path, json=await sealed())
        assert answer.status_code == 403
        assert DATA not in answer.text


async def test_each_look_is_on_record_without_content(http: Http, database: Database) -> None:
    client = await http.keyed(Scope.OPERATOR)
    with capture_logs() as lines:
        await client.post("/codec/decode", json=await sealed())
        await client.post("/codec/encode", json={"payloads": [PLAIN, PLAIN]})

    reader = await http.keyed(Scope.CONFIG_READ)
    listed = await reader.get("/config/v1/audit-log", params={"subject": "temporal_payloads"})
    told = [(each["actor"], each["action"], each["changes"]) for each in listed.json()["items"]]
    assert told == [
        ("key test", "encoded", {"payloads": 2}),
        ("key test", "decoded", {"payloads": 1}),
    ]
    everywhere = f"{await everything_in(database)}{lines}"
    assert "conversation 0198" not in everywhere
    assert DATA not in everywhere


async def test_a_payload_of_a_key_that_is_gone_is_refused_with_a_reason(http: Http) -> None:
    client = await http.keyed(Scope.OPERATOR)

    answer = await client.post("/codec/decode", json=await sealed(new_key()))

    assert answer.status_code == 422
    assert "HOLDFAST_SECRET_KEYS" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"payloads": [{"data": "not base64!"}]},
        {"payloads": [{}] * 1_001},
        {"payloads": "x"},
    ],
)
async def test_what_is_no_list_of_payloads_is_refused(http: Http, body: dict[str, Any]) -> None:
    client = await http.keyed(Scope.OPERATOR)
    assert (await client.post("/codec/decode", json=body)).status_code == 422


async def test_no_payloads_at_all_are_left_out_of_the_question(http: Http) -> None:
    """As Temporal's command line does for a query without arguments."""
    client = await http.keyed(Scope.OPERATOR)
    answer = await client.post("/codec/encode", json={})
    assert (answer.status_code, answer.json()) == (200, {"payloads": []})


async def test_a_body_is_bounded(http: Http) -> None:
    client = await http.keyed(Scope.OPERATOR)
    body = {"payloads": [{"data": "A" * 1024 * 1024}]}
    assert (await client.post("/codec/decode", json=body)).status_code == 413


async def test_an_operator_who_signed_in_reads_through_the_temporal_ui(http: Http, olga: Agent) -> None:
    client = http.anonymous()

    assert "Sign in" in (await client.get("/codec/sign-in")).text
    welcome = await sign_in(client, olga)
    answer = await client.post("/codec/decode", json=await sealed(), headers=from_ui())

    assert TEMPORAL_UI in welcome.text
    assert answer.json() == {"payloads": [PLAIN]}
    assert answer.headers["access-control-allow-origin"] == TEMPORAL_UI
    assert answer.headers["access-control-allow-credentials"] == "true"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(http: Http, olga: Agent) -> None:
    cookie = (await sign_in(http.anonymous(), olga)).headers["set-cookie"].lower()

    assert {"httponly", "secure", "samesite=strict", "path=/codec"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://127.0.0.1:8090", "http://localhost:8233", "https://127.0.0.1:8233", "*"],
)
async def test_inv10_a_cookie_that_another_page_sends_opens_nothing(
    http: Http, olga: Agent, origin: str | None
) -> None:
    client = http.anonymous()
    await sign_in(client, olga)

    answer = await client.post("/codec/decode", json=await sealed(), headers=from_ui(origin))

    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers


async def test_the_cookie_opens_nothing_else(http: Http, olga: Agent) -> None:
    client = http.anonymous()
    await sign_in(client, olga)

    assert (await client.get("/metrics", headers=from_ui())).status_code == 401
    assert (await client.get("/agent/v1/me", headers=from_ui())).status_code == 401


async def test_signing_out_ends_it_everywhere(http: Http, olga: Agent) -> None:
    client = http.anonymous()
    await sign_in(client, olga)
    token = client.cookies["holdfast_codec"]

    assert (await client.post("/codec/sign-out")).status_code == 200
    again = await http.bearing(token).post("/codec/decode", json=await sealed())
    assert again.status_code == 401


async def test_only_operators_sign_in_here(http: Http, ann: Agent, boss: Agent) -> None:
    for person in (ann, boss):
        answer = await sign_in(http.anonymous(), person)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_a_form_of_another_page_signs_nobody_in(http: Http, olga: Agent) -> None:
    answer = await sign_in(http.anonymous(), olga, **{"Sec-Fetch-Site": "same-site"})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_wrong_password_is_told_and_escaped(http: Http, olga: Agent) -> None:
    form = {"email": olga.email, "password": "<b>wrong</b>"}
    answer = await http.anonymous().post("/codec/sign-in", data=form)

    assert answer.status_code == 401
    assert "<b>" not in answer.text


async def test_browsers_are_told_whose_pages_may_ask(http: Http) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-namespace",
    }
    client = http.anonymous()

    ours = await client.options("/codec/decode", headers={**asked, **from_ui()})
    other = await client.options("/codec/decode", headers={**asked, **from_ui("http://evil.example")})
    elsewhere = await client.options("/agent/v1/me", headers={**asked, **from_ui()})

    assert ours.status_code == 200
    assert ours.headers["access-control-allow-origin"] == TEMPORAL_UI
    for answer in (other, elsewhere):
        assert answer.status_code >= 400
        assert "access-control-allow-origin" not in answer.headers


async def test_the_ui_can_read_why_it_was_refused(http: Http) -> None:
    answer = await http.anonymous().post("/codec/decode", json=await sealed(), headers=from_ui())

    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == TEMPORAL_UI
    assert "/codec/sign-in" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8233", "http://127.0.0.1:8233"),
        ("https://Temporal.Example.com:443/ui/", "https://temporal.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("https://temporal.example.com:80", "https://temporal.example.com:80"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin
