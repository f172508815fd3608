"""What a person outside may ask for, over HTTP: find, export, erase; and how long things are kept."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from application.services import Engine
from domain.configuration import Scope
from storage.accounts import Accounts
from storage.database import Database
from tests.api.conftest import Http
from tests.fakes import FakeChannel, FakeConversations
from tests.persons import BARE, PHONE, TRACES, Traces, an_eraser, erase, traces
from tests.shop import Shop, open_shop

PATH = "/config/v1/contacts"


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path) -> Shop:
    return await open_shop(database, tmp_path, FakeChannel(), FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


@pytest.fixture
async def left(shop: Shop, tmp_path: Path) -> Traces:
    return await traces(shop, tmp_path)


async def found(admin: httpx2.AsyncClient, identifier: str) -> list[dict[str, Any]]:
    answer = await admin.post(f"{PATH}/search", json={"identifier": identifier})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def audit(admin: httpx2.AsyncClient, contact_id: object) -> list[str]:
    query = {"subject": "contact", "subject_id": str(contact_id)}
    items = (await admin.get("/config/v1/audit-log", params=query)).json()["items"]
    return [item["action"] for item in items]


@pytest.mark.parametrize("written", [PHONE, BARE, "+49 (151) 123-45678", f"whatsapp:{PHONE}"])
async def test_somebody_is_found_by_number_however_it_is_written(
    admin: httpx2.AsyncClient, left: Traces, written: str
) -> None:
    [contact] = await found(admin, written)

    assert contact["contact_id"] == str(left.contact_id)
    assert contact["display_name"] == "Alice Wonder"


async def test_nobody_is_found_by_half_a_number(admin: httpx2.AsyncClient, left: Traces) -> None:
    assert await found(admin, PHONE[:-4]) == []
    assert await audit(admin, left.contact_id) == []


async def test_an_export_holds_everything_that_is_kept(admin: httpx2.AsyncClient, left: Traces) -> None:
    answer = await admin.post(f"{PATH}/{left.contact_id}/export")
    assert answer.status_code == 200, answer.text
    document = answer.json()

    assert [trace for trace in TRACES if trace not in answer.text] == []
    [conversation] = document["conversations"]
    kinds = [message["content"]["kind"] for message in conversation["messages"]]
    assert kinds == ["text", "media", "text"]
    assert [note["text"] for note in conversation["notes"]] == ["allergic to penicillin"]
    assert [file["media_id"] for file in document["files"]] == [str(left.file)]
    assert BARE in document["unread_webhooks"][0]["body"]
    assert [entry["action"] for entry in document["audit"]] == ["exported"]
    assert "Bob" not in answer.text


async def test_an_export_is_as_long_as_what_was_said(admin: httpx2.AsyncClient, left: Traces) -> None:
    """More than one page."""
    query = """
        INSERT INTO messages
            (message_id, conversation_id, endpoint_id, seq, direction, author, content, at)
        SELECT gen_random_uuid(), conversation_id, endpoint_id, n, 'outbound', 'agent',
               '{"kind": "text", "text": "x"}', now()
        FROM conversations, generate_series(100, 549) n WHERE conversation_id = %(id)s
    """
    await left.shop.database.execute(query, {"id": left.conversation_id})

    document = (await admin.post(f"{PATH}/{left.contact_id}/export")).json()

    assert len(document["conversations"][0]["messages"]) == 453


async def test_erasing_is_refused_while_conversations_run_and_says_what_to_do(
    admin: httpx2.AsyncClient, left: Traces
) -> None:
    answer = await admin.post(f"{PATH}/{left.contact_id}/erasure", json={})

    assert answer.status_code == 409
    assert "close_running" in answer.json()["detail"]
    assert answer.json()["details"]["conversations"] == [str(left.conversation_id)]
    assert (await admin.get(f"{PATH}/{left.contact_id}/erasure")).status_code == 404
    assert left.shop.erasures.started == []


async def test_erasing_begins_and_is_on_record(admin: httpx2.AsyncClient, left: Traces) -> None:
    path = f"{PATH}/{left.contact_id}/erasure"
    answer = await admin.post(path, json={"close_running": True})

    assert answer.status_code == 202
    assert answer.headers["location"] == path
    erasure = (await admin.get(path)).json()
    assert erasure == answer.json()
    assert (erasure["state"], erasure["requested_by"]) == ("requested", "key test")
    assert [str(each) for each in left.shop.erasures.started] == [erasure["erasure_id"]]
    assert await audit(admin, left.contact_id) == ["erasure_requested"]


async def test_erasing_twice_is_erasing_once(admin: httpx2.AsyncClient, left: Traces) -> None:
    path, keyed = f"{PATH}/{left.contact_id}/erasure", {"Idempotency-Key": "k1"}
    first = await admin.post(path, json={"close_running": True}, headers=keyed)
    repeated = await admin.post(path, json={"close_running": True}, headers=keyed)
    another = await admin.post(path, json={"close_running": True})

    ids = {answer.json()["erasure_id"] for answer in (first, repeated, another)}
    assert len(ids) == 1
    assert repeated.headers["idempotency-replayed"] == "true"


async def test_while_temporal_is_down_the_request_is_kept(
    admin: httpx2.AsyncClient, left: Traces
) -> None:
    left.shop.erasures.is_down = True
    path = f"{PATH}/{left.contact_id}/erasure"

    assert (await admin.post(path, json={"close_running": True})).status_code == 202
    assert (await admin.get(path)).json()["state"] == "requested"


async def test_whoever_was_erased_is_found_and_not_erased_again(
    admin: httpx2.AsyncClient, left: Traces
) -> None:
    await left.close()
    path = f"{PATH}/{left.contact_id}/erasure"
    begun = (await admin.post(path, json={})).json()
    await carry_out(left)

    erasure = (await admin.get(path)).json()
    assert erasure["state"] == "done"
    assert erasure["certificate"]["erased"]["messages"] == 3
    [contact] = await found(admin, PHONE)
    assert contact["contact_id"] == str(left.contact_id)
    assert contact["display_name"] is None
    assert (await admin.post(path, json={})).json()["erasure_id"] == begun["erasure_id"]
    document = await admin.post(f"{PATH}/{left.contact_id}/export")
    assert not [trace for trace in TRACES if trace in document.text]


async def carry_out(left: Traces) -> None:
    """As the workflow does."""
    [erasure_id] = left.shop.erasures.started
    assert await erase(an_eraser(left), erasure_id) == 0


async def test_somebody_who_does_not_exist_is_not_found(admin: httpx2.AsyncClient) -> None:
    for path, body in (("export", None), ("erasure", {})):
        answer = await admin.post(f"{PATH}/{uuid4()}/{path}", json=body)
        assert answer.status_code == 404, path


async def test_reading_configuration_hands_out_nobody(http: Http, left: Traces) -> None:
    reader = await http.keyed(Scope.CONFIG_READ)

    answers = [
        await reader.post(f"{PATH}/search", json={"identifier": PHONE}),
        await reader.post(f"{PATH}/{left.contact_id}/export"),
        await reader.post(f"{PATH}/{left.contact_id}/erasure", json={}),
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_how_long_things_are_kept_is_set_and_unset(admin: httpx2.AsyncClient, shop: Shop) -> None:
    path = "/config/v1/organization"
    assert (await admin.get(path)).json()["transcript_days"] is None

    async def patched(**change: Any) -> dict[str, Any]:
        etag = (await admin.get(path)).headers["etag"]
        answer = await admin.patch(path, json=change, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    set_ = await patched(transcript_days=365, media_days=90)
    renamed = await patched(name="Shop & Co")
    unset = await patched(media_days=None)

    assert (set_["transcript_days"], set_["media_days"]) == (365, 90)
    assert (renamed["transcript_days"], renamed["media_days"]) == (365, 90)
    assert (unset["transcript_days"], unset["media_days"]) == (365, None)


async def test_nothing_is_kept_for_less_than_a_day(admin: httpx2.AsyncClient, shop: Shop) -> None:
    etag = (await admin.get("/config/v1/organization")).headers["etag"]
    answer = await admin.patch(
        "/config/v1/organization", json={"transcript_days": 0}, headers={"If-Match": etag}
    )
    assert answer.status_code == 422
