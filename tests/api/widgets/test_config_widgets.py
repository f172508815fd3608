"""Widgets: what an admin may set, what is refused with advice, and what chats take from it."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.channels import ChannelName
from domain.ids import new_id
from domain.messages import MessageReceived, Sender, Text
from storage.conversations import Conversations
from storage.database import Database
from storage.intake import Intake as IntakeStore
from storage.mailbox import Mailbox
from tests.api.conftest import PUBLIC_URL
from tests.api.live_chat import (
    EVIL,
    PORTAL,
    SHOP,
    WIDGETS,
    add_widget,
    made,
    settings,
)


def at(widget: dict[str, Any]) -> str:
    return f"{WIDGETS}/{widget['widget_id']}"


async def a_chat(database: Database, widget: dict[str, Any]) -> Any:
    """A customer writes in this widget."""
    store = IntakeStore(database)
    endpoint = await store.endpoint(widget["account_id"], widget["widget_id"])
    assert endpoint is not None
    event = MessageReceived(
        provider_message_id=str(new_id()),
        endpoint_address=widget["widget_id"],
        sender=Sender(address="visitor:" + "0" * 32),
        content=Text(text="Hello"),
    )
    return (await store.receive(endpoint, event, None)).conversation_id


async def change(
    client: httpx2.AsyncClient, widget: dict[str, Any], changes: dict[str, Any], version: int = 1
) -> httpx2.Response:
    return await client.patch(at(widget), json=changes, headers={"If-Match": f'"{version}"'})


async def test_the_line_to_paste_is_part_of_the_answer(
    admin: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    read = (await admin.get(at(widget))).json()

    assert read == widget
    script = f'type="module" src="{PUBLIC_URL}/widget.js" data-widget="{widget["widget_id"]}"'
    assert widget["snippet"] == f"<script {script}></script>"


async def test_all_widgets_share_one_account_that_came_with_the_first(
    admin: httpx2.AsyncClient, chats: dict[str, Any], widget: dict[str, Any]
) -> None:
    other = await made(admin, chats, name="Another")

    accounts = (await admin.get("/config/v1/accounts")).json()["items"]

    assert other["account_id"] == widget["account_id"]
    assert [(each["name"], each["channel"], each["enabled"]) for each in accounts] == [
        ("Live chat", "live_chat", True)
    ]


async def test_accounts_of_live_chat_are_not_made_by_hand(admin: httpx2.AsyncClient) -> None:
    answer = await admin.post("/config/v1/accounts", json={"name": "C", "channel": "live_chat"})

    assert (answer.status_code, answer.json()["details"]["field"]) == (422, "channel")
    assert "/config/v1/widgets" in answer.json()["detail"]


async def test_endpoints_of_live_chat_are_made_as_widgets(
    admin: httpx2.AsyncClient, chats: dict[str, Any], widget: dict[str, Any]
) -> None:
    draft = {"name": "E", "address": "x", "workstream_id": chats["workstream_id"]}
    path = f"/config/v1/accounts/{widget['account_id']}/endpoints"

    answer = await admin.post(path, json=draft)

    assert answer.status_code == 422
    assert "/config/v1/widgets" in answer.json()["detail"]


async def test_a_widget_needs_a_workstream_of_live_chat(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    answer = await add_widget(admin, workstream)

    assert (answer.status_code, answer.json()["details"]["field"]) == (422, "workstream_id")


async def test_two_admins_never_overwrite_each_other(
    admin: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    first = await change(admin, widget, {"name": "First"})
    second = await change(admin, widget, {"name": "Second"})

    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert second.status_code == 412
    assert (await admin.get(at(widget))).json()["name"] == "First"


async def test_a_change_of_the_name_leaves_the_settings_alone(
    admin: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    changed = (await change(admin, widget, {"name": "New"})).json()

    assert changed["settings"] == widget["settings"]


async def test_changes_are_in_the_audit_log(admin: httpx2.AsyncClient, widget: dict[str, Any]) -> None:
    await change(admin, widget, {"enabled": False})

    query = {"subject": "widget", "subject_id": widget["widget_id"]}
    entries = (await admin.get("/config/v1/audit-log", params=query)).json()["items"]

    assert [each["action"] for each in entries] == ["updated", "created"]
    assert entries[0]["changes"] == {"enabled": {"from": True, "to": False}}


async def test_widgets_come_in_pages(admin: httpx2.AsyncClient, chats: dict[str, Any]) -> None:
    for number in range(3):
        await made(admin, chats, name=f"W{number}")

    first = (await admin.get(WIDGETS, params={"limit": 2})).json()
    query = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await admin.get(WIDGETS, params=query)).json()

    assert [each["name"] for each in first["items"] + second["items"]] == ["W0", "W1", "W2"]
    assert second["next_cursor"] is None


async def test_inv12_a_widget_with_running_chats_is_not_deleted(
    admin: httpx2.AsyncClient, widget: dict[str, Any], database: Database
) -> None:
    await a_chat(database, widget)

    refused = await admin.delete(at(widget), headers={"If-Match": '"1"'})

    assert (refused.status_code, refused.json()["code"]) == (409, "still_in_use")
    assert refused.json()["details"]["in_use"] == {"running chats": 1}
    assert (await admin.get(at(widget))).status_code == 200


async def test_a_widget_without_chats_is_deleted(
    admin: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    assert (await admin.delete(at(widget), headers={"If-Match": '"1"'})).status_code == 204
    assert (await admin.get(at(widget))).status_code == 404
    assert (await admin.get(WIDGETS)).json()["items"] == []


async def test_a_number_of_another_channel_is_no_widget(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    draft = {"name": "N", "number": "+14155238886", "workstream_id": workstream["workstream_id"]}
    path = f"/config/v1/accounts/{account['account_id']}/endpoints"
    endpoint = (await admin.post(path, json=draft)).json()

    assert (await admin.get(f"{WIDGETS}/{endpoint['endpoint_id']}")).status_code == 404


# -- what is refused -----------------------------------------------------------------------------

LOCAL = "http://localhost:8090"
REFUSED: dict[str, dict[str, Any]] = {
    "an origin with a path": {"allowed_origins": [f"{SHOP}/help"]},
    "an origin without https": {"allowed_origins": ["http://shop.example"]},
    "any origin": {"allowed_origins": ["*"]},
    "all origins below": {"allowed_origins": ["https://*.shop.example"]},
    "the origin of no page": {"allowed_origins": ["null"]},
    "an origin with a name and a password": {"allowed_origins": ["https://a:b@shop.example"]},
    "a port that is none": {"allowed_origins": ["https://shop.example:99999"]},
    "a portal elsewhere": {"reconnecting": {"portal_url": f"{EVIL}/help"}},
    "a portal on another port": {"reconnecting": {"portal_url": "https://shop.example:8443/help"}},
    "a portal that is no page": {"reconnecting": {"portal_url": "javascript:alert(1)"}},
    "a portal with a fragment": {"reconnecting": {"portal_url": f"{PORTAL}#chat"}},
    "a portal of 101 characters": {"reconnecting": {"portal_url": PORTAL + "x" * (101 - len(PORTAL))}},
    "a redirect without https": {"reconnecting": {"redirect_url": "http://shop.example/"}},
    "a redirect of 101 characters": {"reconnecting": {"redirect_url": SHOP + "/" + "x" * 81}},
    "a time limit of 45 seconds": {"reconnecting": {"time_limit": "PT45S"}},
    "a time limit of two days": {"reconnecting": {"time_limit": "P2D"}},
    "eleven questions": {"pre_chat": [{"name": f"q{n}", "label": "?"} for n in range(11)]},
    "two questions of one name": {"post_chat": [{"name": "q", "label": "?"}] * 2},
    "a choice of nothing": {"pre_chat": [{"name": "q", "label": "?", "kind": "options"}]},
    "options of a text": {"pre_chat": [{"name": "q", "label": "?", "options": ["a"]}]},
    "a consent that is optional": {"pre_chat": [{"name": "q", "label": "?", "kind": "consent"}]},
    "a question of no known kind": {"pre_chat": [{"name": "q", "label": "?", "kind": "slider"}]},
    "an unknown property": {"theme": {"--their-own": "red"}},
    "a property that is none": {"theme": {"background": "red"}},
    "a colour that loads": {"theme": {"--holdfast-accent": "url(https://evil.example/x)"}},
    "a colour that ends its rule": {"theme": {"--holdfast-accent": "red;} * { display: none"}},
    "a length that computes": {"theme": {"--holdfast-radius": "calc(1px + 1px)"}},
    "a font that loads": {"theme": {"--holdfast-font": "x; src: url(//evil.example)"}},
    "a language that is none": {"languages": ["<script>"]},
    "a side that is none": {"position": "middle"},
    "a setting that is none": {"allow_everything": True},
    "sign-in without a key": {"sign_in": {"issuer": SHOP}},
    "sign-in with two keys": {
        "sign_in": {"issuer": SHOP, "jwks_url": f"{SHOP}/jwks", "public_key": "x"}
    },
    "keys fetched without https": {"sign_in": {"issuer": SHOP, "jwks_url": "http://10.0.0.1/jwks"}},
    "a key that is none": {"sign_in": {"issuer": SHOP, "public_key": "secret"}},
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_right_is_refused_and_changes_nothing(
    admin: httpx2.AsyncClient, widget: dict[str, Any], wrong: dict[str, Any]
) -> None:
    answer = await change(admin, widget, {"settings": settings() | wrong})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"][0]["detail"]
    assert (await admin.get(at(widget))).json() == widget


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RIGHT: dict[str, dict[str, Any]] = {
    "an origin as people write it": {"allowed_origins": ["HTTPS://Shop.Example:443/"]},
    "this machine": {
        "allowed_origins": [LOCAL],
        "reconnecting": {"portal_url": f"{LOCAL}/shop", "redirect_url": f"{LOCAL}/bye"},
    },
    "a portal with a query": {"reconnecting": {"enabled": True, "portal_url": f"{PORTAL}?lang=ko"}},
    "a portal of 100 characters": {"reconnecting": {"portal_url": PORTAL + "x" * (100 - len(PORTAL))}},
    "a redirect elsewhere": {"reconnecting": {"redirect_url": f"{EVIL}/contact"}},
    "ten questions": {"pre_chat": [{"name": f"q{n}", "label": "?"} for n in range(10)]},
    "a theme": {
        "theme": {
            "--holdfast-accent": "#0b6e4f",
            "--holdfast-radius": "12px",
            "--holdfast-font": "'Noto Sans KR', sans-serif",
        }
    },
    "a key set": {"sign_in": {"issuer": SHOP, "jwks_url": f"{SHOP}/jwks.json"}},
    "a key": {"sign_in": {"issuer": SHOP, "public_key": pem(ec.generate_private_key(ec.SECP256R1()))}},
}


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
async def test_what_is_right_is_kept(
    admin: httpx2.AsyncClient, widget: dict[str, Any], right: dict[str, Any]
) -> None:
    answer = await change(admin, widget, {"settings": settings() | right})

    assert answer.status_code == 200, answer.text


async def test_origins_are_kept_as_browsers_write_them(
    admin: httpx2.AsyncClient, chats: dict[str, Any]
) -> None:
    widget = await made(
        admin, chats, settings={"allowed_origins": ["HTTPS://Shop.Example:443/", "http://[::1]:80"]}
    )

    assert widget["settings"]["allowed_origins"] == [SHOP, "http://[::1]"]


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - that is the point
        ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["short", "curve"],
)
async def test_a_weak_or_foreign_key_is_refused(
    admin: httpx2.AsyncClient,
    widget: dict[str, Any],
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
) -> None:
    sign_in = {"issuer": SHOP, "public_key": pem(key)}

    answer = await change(admin, widget, {"settings": settings(sign_in=sign_in)})

    assert answer.status_code == 422
    assert "2048" in answer.json()["errors"][0]["detail"]


# -- what chats take from it ---------------------------------------------------------------------


async def test_inv12_running_chats_take_their_timers_from_the_widget_as_it_is_now(
    admin: httpx2.AsyncClient, chats: dict[str, Any], database: Database
) -> None:
    widget = await made(admin, chats, settings=settings(reconnecting={"enabled": False}))
    conversation_id = await a_chat(database, widget)
    listed = Conversations(database)
    before = await listed.timer_policy(conversation_id)

    await change(admin, widget, {"settings": settings()})

    after = await listed.timer_policy(conversation_id)
    assert (before.connection_grace, before.reconnect_limit) == (timedelta(minutes=3), None)
    assert (after.connection_grace, after.reconnect_limit) == (
        timedelta(seconds=20),
        timedelta(minutes=2),
    )
    assert after.wrap_up_close == before.wrap_up_close == timedelta(minutes=15)


async def test_a_chat_begins_with_the_timers_of_its_widget(
    admin: httpx2.AsyncClient, widget: dict[str, Any], database: Database
) -> None:
    pending = await Mailbox(database).pending(await a_chat(database, widget))

    assert pending is not None
    assert pending.channel is ChannelName.LIVE_CHAT
    assert pending.timers.reconnect_limit == timedelta(minutes=2)
