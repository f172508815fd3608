"""Whose pages may carry a widget: exactly those that an admin listed; all others learn nothing."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp

from api.chat.origins import ORIGIN_NOT_ALLOWED
from domain.ids import new_id
from tests.api.conftest import Http
from tests.api.live_chat import EVIL, SHOP, WIDGETS, a_workstream, made, settings


@pytest.fixture
def stranger(http: Http) -> httpx2.AsyncClient:
    return http.anonymous()


def at(widget: dict[str, Any]) -> str:
    return f"/chat/v1/widgets/{widget['widget_id']}"


def of(origin: str, **more: str) -> dict[str, str]:
    return {"Origin": origin, **more}


async def test_a_page_learns_how_its_widget_looks_and_nothing_more(
    admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    sign_in = {"issuer": "https://issuer.example", "jwks_url": "https://issuer.example/jwks"}
    questions = [{"name": "order", "label": "Order number?"}]
    settings_ = settings(sign_in=sign_in, pre_chat=questions, languages=["ko", "en"])
    widget = await made(admin, await a_workstream(admin), settings=settings_)

    answer = await stranger.get(at(widget), headers=of(SHOP))

    shown = answer.json()
    assert answer.status_code == 200, answer.text
    assert (shown["authenticated"], shown["reconnect"]) == (True, {"enabled": True})
    assert shown["languages"] == ["en", "ko"]
    assert [each["label"] for each in shown["pre_chat"]] == ["Order number?"]
    assert shown["availability"] == {"open": True, "opens_at": None}
    assert "issuer.example" not in answer.text
    assert "allowed_origins" not in answer.text


async def test_only_the_page_that_asks_may_read_the_answer(
    stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    answer = await stranger.get(at(widget), headers=of(SHOP))

    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]
    assert answer.headers["cache-control"] == "public, max-age=30"


async def test_settings_that_did_not_change_are_not_sent_again(
    stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    first = await stranger.get(at(widget), headers=of(SHOP))

    second = await stranger.get(
        at(widget), headers=of(SHOP, **{"If-None-Match": first.headers["etag"]})
    )

    assert (second.status_code, second.content) == (304, b"")


@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
        "https://sub.shop.example",
        "https://evilshop.example",
        "https://SHOP.example",
        "null",
        "*",
        "",
        "x" * 5000,
    ],
)
async def test_another_origin_learns_nothing(
    stranger: httpx2.AsyncClient, widget: dict[str, Any], origin: str
) -> None:
    existing = await stranger.get(at(widget), headers=of(origin))
    missing = await stranger.get(at({"widget_id": new_id()}), headers=of(origin))

    assert (existing.status_code, existing.content) == (403, missing.content)
    assert existing.headers["vary"] == "Origin"
    assert not [name for name in existing.headers if name.startswith("access-control-")]


async def test_a_page_of_one_widget_learns_nothing_of_another(
    admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    theirs = await made(
        admin,
        {"workstream_id": widget["workstream_id"]},
        settings={"allowed_origins": [EVIL]},
    )

    refused = await stranger.get(at(theirs), headers=of(SHOP))
    missing = await stranger.get(at({"widget_id": new_id()}), headers=of(SHOP))

    assert (refused.status_code, refused.content) == (403, missing.content)
    assert refused.headers["access-control-allow-origin"] == SHOP


async def test_a_page_of_one_widget_uploads_nothing_to_another(
    admin: httpx2.AsyncClient, http: Http, widget: dict[str, Any]
) -> None:
    stream = {"workstream_id": widget["workstream_id"]}
    await made(admin, stream, settings={"allowed_origins": [EVIL]})
    opens = {"widget_id": widget["widget_id"]}
    opened = await http.anonymous().post("/chat/v1/sessions", json=opens)
    read = list[bytes]()

    async def body() -> AsyncIterator[bytes]:
        read.append(b"--x--")
        yield read[0]

    headers = of(EVIL, **{"Content-Type": "multipart/form-data; boundary=x"})
    path = f"/chat/v1/conversations/{new_id()}/files"
    customer = http.bearing(opened.json()["session_token"])
    answer = await customer.post(path, content=body(), headers=headers)

    assert answer.status_code == 403
    assert read == []


async def test_an_origin_that_is_taken_from_the_list_is_out_at_once(
    admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    change = {"settings": {"allowed_origins": [EVIL]}}
    path = f"{WIDGETS}/{widget['widget_id']}"
    await admin.patch(path, json=change, headers={"If-Match": '"1"'})

    assert (await stranger.get(at(widget), headers=of(SHOP))).status_code == 403


async def test_a_deleted_widget_is_gone_for_its_pages_too(
    admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    await admin.delete(f"{WIDGETS}/{widget['widget_id']}", headers={"If-Match": '"1"'})

    assert (await stranger.get(at(widget), headers=of(SHOP))).status_code == 403
    assert (await stranger.get(at(widget))).status_code == 404


async def test_a_browser_may_ask_before_it_sends_a_token(
    stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    path = "/chat/v1/conversations"

    ours = await stranger.options(path, headers=of(SHOP, **asks))
    theirs = await stranger.options(path, headers=of(EVIL, **asks))

    assert (ours.status_code, ours.headers["access-control-allow-origin"]) == (204, SHOP)
    assert "Authorization" in ours.headers["access-control-allow-headers"]
    assert theirs.status_code == 403
    assert "access-control-allow-origin" not in theirs.headers


async def test_refusals_are_readable_for_the_page_that_caused_them(
    stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    answer = await stranger.get("/chat/v1/widgets/none", headers=of(SHOP))

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (422, SHOP)


async def test_who_is_no_page_needs_no_origin(
    stranger: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    answer = await stranger.get(at(widget))

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert "origin" in answer.headers["vary"].lower()


async def test_the_rest_of_the_api_is_open_to_no_page(
    admin: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    answer = await admin.get(WIDGETS, headers=of(SHOP))

    assert "access-control-allow-origin" not in answer.headers


async def test_a_socket_of_another_origin_is_told_so_and_closed(
    asgi: ASGIApp, widget: dict[str, Any]
) -> None:
    sent = await _knock(asgi, EVIL)

    assert [each["type"] for each in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["code"] == ORIGIN_NOT_ALLOWED


async def _knock(asgi: ASGIApp, origin: str) -> list[Any]:
    sent: list[Any] = []
    scope = {
        "type": "websocket",
        "path": "/chat/v1/events",
        "raw_path": b"/chat/v1/events",
        "query_string": b"",
        "headers": [(b"origin", origin.encode())],
        "subprotocols": [],
    }

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await asgi(scope, receive, send)
    return sent
