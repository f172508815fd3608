"""A shop says who somebody is among its own customers, and nothing of those of another shop."""

from typing import Any

import httpx2
import pytest

from storage.database import Database
from storage.migrate import FOLDER
from tests.api.conftest import Http
from tests.api.live_chat import EVIL, SHOP, WIDGETS, made, settings
from tests.api.lost_customers import Browser
from tests.contract.shop_signing import Shop

OURS, THEIRS = Shop(), Shop()
PERSON = """
    SELECT p.display_name FROM addresses a JOIN contacts p ON p.contact_id = a.contact_id
    WHERE a.value = %(address)s
"""
SESSIONS_BEFORE = "UPDATE chat_sessions SET address = split_part(address, ' ', 1)"
ADDRESSES_BEFORE = "UPDATE addresses SET value = split_part(value, ' ', 1)"


@pytest.fixture
async def widgets(admin: httpx2.AsyncClient, chats: dict[str, Any]) -> list[str]:
    """Of two shops, each with its own keys."""
    ids = []
    for issuer, shop in ((SHOP, OURS), (EVIL, THEIRS)):
        sign_in = {"issuer": issuer, "public_key": shop.pem}
        widget = await made(admin, chats, name=issuer, settings=settings(sign_in=sign_in))
        ids.append(widget["widget_id"])
    return ids


async def test_inv8_the_same_name_at_two_shops_is_two_people(
    http: Http, widgets: list[str], database: Database
) -> None:
    ours, theirs = (Browser(http.anonymous(), each) for each in widgets)
    await ours.sign_in(OURS.token(name="Mia"))
    await theirs.sign_in(THEIRS.token(iss=EVIL, name="Mallory"))
    await ours.start()
    await theirs.start()
    for issuer, name in ((SHOP, "Mia"), (EVIL, "Mallory")):
        person = await database.one(PERSON, {"address": f"user:customer-42 {issuer}"})
        assert person == {"display_name": name}


async def test_inv8_nobody_signs_in_as_another_shops_customers_by_taking_its_name(
    admin: httpx2.AsyncClient, chats: dict[str, Any], widgets: list[str]
) -> None:
    copied = settings(sign_in={"issuer": SHOP, "public_key": THEIRS.pem})
    draft = {"name": "Copy", "workstream_id": chats["workstream_id"], "settings": copied}
    made_so = await admin.post(WIDGETS, json=draft)
    theirs = f"{WIDGETS}/{widgets[1]}"
    changed = await admin.patch(theirs, json={"settings": copied}, headers={"If-Match": '"1"'})
    for refused in (made_so, changed):
        assert (refused.status_code, refused.json()["details"]["field"]) == (422, "settings")
        assert repr(SHOP) in refused.json()["detail"]
    found = (await admin.get(theirs)).json()
    assert (found["version"], found["settings"]["sign_in"]["issuer"]) == (1, EVIL)


async def test_widgets_of_one_shop_have_its_keys_and_replace_them_one_by_one(
    admin: httpx2.AsyncClient, chats: dict[str, Any], widgets: list[str]
) -> None:
    pasted = OURS.pem.replace("\n", "\r\n")
    second = await made(admin, chats, settings=settings(sign_in={"issuer": SHOP, "public_key": pasted}))
    newer = settings(sign_in={"issuer": SHOP, "public_key": Shop().pem})
    for widget_id in (widgets[0], second["widget_id"]):
        path, first = f"{WIDGETS}/{widget_id}", {"If-Match": '"1"'}
        answer = await admin.patch(path, json={"settings": newer}, headers=first)
        assert answer.status_code == 200, answer.text


async def test_who_was_known_by_a_name_alone_is_known_by_their_shop_too(
    http: Http, widgets: list[str], database: Database
) -> None:
    mia, phone = (Browser(http.anonymous(), widgets[0]) for _ in range(2))
    await mia.sign_in(OURS.token())
    chat = (await mia.start())["conversation"]["conversation_id"]
    await _migrated(database)
    assert (await mia.say(chat, "Still here")).status_code == 201
    await phone.sign_in(OURS.token())
    assert phone.opened["current"]["conversation"]["conversation_id"] == chat


async def test_inv8_nobody_becomes_who_may_have_been_two_people(
    http: Http, widgets: list[str], database: Database
) -> None:
    browser = Browser(http.anonymous(), widgets[0])
    await browser.sign_in(OURS.token())
    await browser.start()
    await browser.start(start_new=True)
    await database.execute(
        "UPDATE conversations SET endpoint_id = %(theirs)s WHERE ended_by IS NOT NULL",
        {"theirs": widgets[1]},
    )
    await _migrated(database)
    row = await database.one("SELECT value FROM addresses")
    assert row == {"value": "user:customer-42"}


async def _migrated(database: Database) -> None:
    """As if all this had been before who vouches for customers was kept."""
    await database.execute(SESSIONS_BEFORE)
    await database.execute(ADDRESSES_BEFORE)
    async with database.connection() as connection:
        migration = next(FOLDER.glob("*_who_vouches_for_customers.sql"))
        await connection.execute(migration.read_bytes())
