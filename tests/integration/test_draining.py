"""Accounts and endpoints that go with their last conversation: nobody is cut off, nothing is lost."""

from datetime import UTC, datetime

import pytest

from application.configuration.audit import AuditTrail
from application.configuration.draining import Drain, Draining
from domain.configuration import Account, Caller, Endpoint
from domain.errors import NotFound
from domain.ids import ConversationId
from domain.messages import Sender
from domain.ports import CloseRequest
from storage.audit import AuditLog
from storage.conversations import Conversations
from storage.endpoints import Endpoints
from storage.messages import Messages
from storage.quarantine import Quarantine
from storage.templates import Templates
from tests.fakes import FakeChannel
from tests.shop import ALICE, NUMBER, Shop, a_message, a_webhook

ADMIN = Caller(name="Ada", scopes=frozenset())
CUSTOMER = Sender(address=ALICE, display_name="Alice")
BOB = Sender(address="whatsapp:+4915199999999")


@pytest.fixture
def of_endpoints(shop: Shop) -> Draining[Endpoint]:
    return Draining("endpoint", Endpoints(shop.database), trail(shop), shop.database)


@pytest.fixture
def of_accounts(shop: Shop) -> Draining[Account]:
    return Draining("account", shop.accounts, trail(shop), shop.database)


def trail(shop: Shop) -> AuditTrail:
    return AuditTrail(AuditLog(shop.database))


async def hears(shop: Shop, channel: FakeChannel, number: int, sender: Sender = CUSTOMER) -> None:
    event = a_message(number, sender=sender)
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(event))


async def closes(shop: Shop, conversation_id: ConversationId, handled: int) -> None:
    request = CloseRequest(
        conversation_id=conversation_id, handled=handled, at=datetime.now(UTC), reason="auto_close"
    )
    assert await Conversations(shop.database).close(request)


async def tidies(shop: Shop) -> int:
    return (await shop.parts.housekeeper.tidy())["drained"]


async def put_aside(shop: Shop) -> list[str]:
    found, _ = await Quarantine(shop.database).listing(None, 10)
    return [each.why for each in found]


async def test_inv12_a_draining_endpoint_lets_its_conversations_finish_and_then_goes(
    shop: Shop, channel: FakeChannel, of_endpoints: Draining[Endpoint]
) -> None:
    await hears(shop, channel, 1)
    [view] = await shop.running()
    drain = await of_endpoints.begin(ADMIN, shop.endpoint.endpoint_id)
    assert drain.draining_since is not None
    assert drain.running_conversations == 1

    await hears(shop, channel, 2)
    assert len(await Messages(shop.database).transcript(view.conversation_id)) == 2
    assert await tidies(shop) == 0

    await closes(shop, view.conversation_id, handled=2)
    assert await tidies(shop) == 1
    with pytest.raises(NotFound):
        await of_endpoints.get(shop.endpoint.endpoint_id)


@pytest.mark.parametrize("whole_account", [False, True])
async def test_inv1_who_has_no_conversation_is_put_aside_and_an_admin_is_told(
    shop: Shop,
    channel: FakeChannel,
    of_endpoints: Draining[Endpoint],
    of_accounts: Draining[Account],
    *,
    whole_account: bool,
) -> None:
    await hears(shop, channel, 1)
    if whole_account:
        await of_accounts.begin(ADMIN, shop.account.account_id)
    else:
        await of_endpoints.begin(ADMIN, shop.endpoint.endpoint_id)
    await hears(shop, channel, 2, BOB)

    assert len(await shop.running()) == 1
    [why] = await put_aside(shop)
    assert NUMBER in why
    assert "drained" in why
    assert (await shop.accounts.get(shop.account.account_id)).last_error == why


async def test_draining_can_be_cancelled(
    shop: Shop, channel: FakeChannel, of_endpoints: Draining[Endpoint]
) -> None:
    endpoint_id = shop.endpoint.endpoint_id
    await of_endpoints.begin(ADMIN, endpoint_id)
    kept = await of_endpoints.cancel(ADMIN, endpoint_id)
    assert kept == Drain(draining_since=None, running_conversations=0)
    assert await tidies(shop) == 0
    await hears(shop, channel, 1)
    assert await put_aside(shop) == []
    assert len(await shop.running()) == 1


async def test_begun_twice_it_goes_on_since_when_it_began(
    shop: Shop, of_endpoints: Draining[Endpoint]
) -> None:
    first = await of_endpoints.begin(ADMIN, shop.endpoint.endpoint_id)
    assert await of_endpoints.begin(ADMIN, shop.endpoint.endpoint_id) == first


async def test_a_drained_account_takes_its_endpoints_and_templates_with_it(
    shop: Shop, channel: FakeChannel, of_accounts: Draining[Account]
) -> None:
    await hears(shop, channel, 1)
    [view] = await shop.running()
    await of_accounts.begin(ADMIN, shop.account.account_id)
    assert await tidies(shop) == 0
    assert len((await Templates(shop.database).listing(None, 10))[0]) == 1

    await closes(shop, view.conversation_id, handled=1)
    assert await tidies(shop) == 1
    for listing in (shop.accounts.listing, Endpoints(shop.database).listing):
        assert (await listing(None, 10))[0] == []
    assert (await Templates(shop.database).listing(None, 10))[0] == []


async def test_the_audit_log_says_who_decided_and_what_went(
    shop: Shop, of_endpoints: Draining[Endpoint]
) -> None:
    endpoint_id = shop.endpoint.endpoint_id
    await of_endpoints.begin(ADMIN, endpoint_id)
    await tidies(shop)
    entries, _ = await trail(shop).listing(
        subject="endpoint", subject_id=endpoint_id, cursor=None, limit=10
    )
    assert [(each.actor, each.action) for each in entries] == [
        ("draining", "deleted"),
        ("Ada", "updated"),
    ]
    assert list(entries[1].changes) == ["draining_since"]
