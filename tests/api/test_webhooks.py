"""Twilio over HTTP: what it signed is stored before it is answered, everybody else learns nothing."""

import asyncio
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from twilio.request_validator import RequestValidator

from application.services import Engine
from domain.errors import Unavailable
from domain.ids import AccountId, new_id
from domain.messages import DeliveryStatus
from storage.accounts import Accounts
from storage.database import Database
from storage.messages import Messages
from storage.outbox import Outbox
from storage.quarantine import Quarantine
from tests.api.conftest import Http
from tests.contract.twilio_samples import a_reader, payload
from tests.fakes import OLD_SECRET, SECRET, FakeConversations
from tests.shop import ACCOUNT_SID, ALICE, NUMBER, PUBLIC_URL, Shop, an_outbound, open_shop

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path) -> Shop:
    return await open_shop(database, tmp_path, a_reader(), FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


def a_form(number: int = 1, **override: str) -> dict[str, str]:
    """What Twilio sends for a text."""
    ids = {"MessageSid": f"SM{number:032x}", "AccountSid": ACCOUNT_SID}
    return {**payload("text"), **ids, "From": ALICE, "To": NUMBER, **override}


async def post(
    http: Http,
    account_id: AccountId,
    form: dict[str, str],
    *,
    kind: str = "messages",
    token: str | None = SECRET,
    query: str = "",
) -> httpx2.Response:
    path = f"/webhooks/twilio/{account_id}/{kind}{query}"
    headers = {"Content-Type": FORM}
    if token is not None:
        signature = RequestValidator(token).compute_signature(PUBLIC_URL + path, form)
        headers["X-Twilio-Signature"] = signature
    return await http.anonymous().post(path, content=urlencode(form), headers=headers)


async def how_many(shop: Shop) -> int:
    views = await shop.running()
    found = [await Messages(shop.database).transcript(view.conversation_id) for view in views]
    return sum(map(len, found))


async def test_inv1_a_signed_message_is_stored_and_answered_with_empty_twiml(
    http: Http, shop: Shop
) -> None:
    answer = await post(http, shop.account.account_id, a_form())
    assert (answer.status_code, answer.text) == (200, EMPTY_TWIML)
    assert answer.headers["content-type"].startswith("text/xml")
    assert await how_many(shop) == 1


async def test_inv2_a_duplicate_is_answered_like_the_first(http: Http, shop: Shop) -> None:
    first = await post(http, shop.account.account_id, a_form())
    second = await post(http, shop.account.account_id, a_form())
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert await how_many(shop) == 1


async def test_inv2_duplicates_at_the_same_moment_are_stored_once(http: Http, shop: Shop) -> None:
    posts = [post(http, shop.account.account_id, a_form()) for _ in range(5)]
    assert {answer.status_code for answer in await asyncio.gather(*posts)} == {200}
    assert await how_many(shop) == 1


@pytest.mark.parametrize("token", ["wrong", None])
async def test_inv10_unsigned_and_wrongly_signed_learn_and_change_nothing(
    http: Http, shop: Shop, token: str | None
) -> None:
    answer = await post(http, shop.account.account_id, a_form(), token=token)
    assert (answer.status_code, answer.content) == (403, b"")
    assert await how_many(shop) == 0


async def test_inv10_an_unknown_account_gets_exactly_the_same_answer(http: Http, shop: Shop) -> None:
    unknown = await post(http, new_id(), a_form())
    wrong = await post(http, shop.account.account_id, a_form(), token="wrong")
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    volatile = {"x-request-id"}
    assert {name: value for name, value in unknown.headers.items() if name not in volatile} == {
        name: value for name, value in wrong.headers.items() if name not in volatile
    }


async def test_during_a_rotation_the_old_token_still_signs(http: Http, shop: Shop) -> None:
    answer = await post(http, shop.account.account_id, a_form(), token=OLD_SECRET)
    assert answer.status_code == 200


async def test_inv10_a_signature_for_another_address_does_not_count(http: Http, shop: Shop) -> None:
    path = f"/webhooks/twilio/{shop.account.account_id}/messages"
    form = a_form()
    signature = RequestValidator(SECRET).compute_signature(f"http://127.0.0.1:8080{path}", form)
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
    answer = await http.anonymous().post(path, content=urlencode(form), headers=headers)
    assert answer.status_code == 403


async def test_the_query_is_verified_as_it_was_sent(http: Http, shop: Shop) -> None:
    account_id = shop.account.account_id
    answer = await post(http, account_id, a_form(), query="?tag=a%2Fb&empty=")
    assert answer.status_code == 200


async def test_inv1_what_nobody_can_file_is_kept_and_answered(http: Http, shop: Shop) -> None:
    answer = await post(http, shop.account.account_id, a_form(MessageSid="nonsense"))
    assert answer.status_code == 200
    kept, _ = await Quarantine(shop.database).listing(None, 10)
    assert len(kept) == 1
    assert b"nonsense" in kept[0].body


async def test_inv1_while_postgresql_is_down_twilio_is_told_to_come_again(
    http: Http, shop: Shop
) -> None:
    await post(http, shop.account.account_id, a_form(1))
    store = shop.parts.engine.intake._store

    class Down:
        async def endpoint(self, *_: object) -> None:
            raise Unavailable("down")

    shop.parts.engine.intake._store = Down()  # type: ignore[assignment]
    assert (await post(http, shop.account.account_id, a_form(2))).status_code == 503
    shop.parts.engine.intake._store = store
    assert (await post(http, shop.account.account_id, a_form(2))).status_code == 200
    assert await how_many(shop) == 2


async def test_a_body_that_is_too_large_is_not_read(http: Http, shop: Shop) -> None:
    answer = await post(http, shop.account.account_id, a_form(Body="x" * 100_000))
    assert answer.status_code == 413
    assert await how_many(shop) == 0


async def test_other_methods_are_not_answered(http: Http, shop: Shop) -> None:
    path = f"/webhooks/twilio/{shop.account.account_id}/messages"
    assert (await http.anonymous().get(path)).status_code == 405


async def test_a_status_finds_its_message_by_our_id(http: Http, shop: Shop) -> None:
    sent = await an_outbound(shop, await shop.hears())
    await Outbox(shop.database).claim(sent)
    form = {**payload("status_delivered"), "AccountSid": ACCOUNT_SID}
    query = f"?message_id={sent}"
    answer = await post(http, shop.account.account_id, form, kind="status", query=query)
    assert (answer.status_code, answer.content) == (204, b"")
    delivery = (await Messages(shop.database).get(sent)).delivery
    assert delivery is not None
    assert delivery.status is DeliveryStatus.DELIVERED


async def test_inv10_a_forged_status_changes_nothing(http: Http, shop: Shop) -> None:
    sent = await an_outbound(shop, await shop.hears())
    form = {**payload("status_delivered"), "AccountSid": ACCOUNT_SID}
    query = f"?message_id={sent}"
    account_id = shop.account.account_id
    answer = await post(http, account_id, form, kind="status", query=query, token="wrong")
    assert answer.status_code == 403
    delivery = (await Messages(shop.database).get(sent)).delivery
    assert delivery is not None
    assert delivery.status is DeliveryStatus.QUEUED
