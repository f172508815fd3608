"""Who opted out is written to again once they write themselves, and not for what they wrote before."""

from datetime import datetime, timedelta

import pytest

from domain.channels import ChannelName
from domain.customer_events import ConsentReported
from domain.ids import new_id
from domain.messages import Sender
from domain.ports import Settled
from storage.consents import Consents
from storage.conversations import Conversations
from storage.endpoints import Endpoints
from storage.intake import Intake, IntakeEndpoint, Received
from storage.outbox import Outbox
from tests.integration.house import DAY, SOMEBODY, House, a_message, now

MINUTE = timedelta(minutes=1)
OPTED_OUT = "SELECT opted_out_at IS NOT NULL FROM consents"


async def report(house: House, at: datetime, *, opted_out: bool) -> None:
    """Their provider says so."""
    event = ConsentReported(
        endpoint_address=house.endpoint.address,
        sender=Sender(address=SOMEBODY),
        opted_out=opted_out,
        reported_at=at,
    )
    await Consents(house.db).report(ChannelName.WHATSAPP, house.endpoint.endpoint_id, event)


async def refuse(house: House, at: datetime) -> None:
    """A delivery report says that they want nothing more."""
    await house.db.execute(
        "INSERT INTO consents (endpoint_id, address_id, opted_out_at)"
        " SELECT DISTINCT endpoint_id, address_id, %(at)s::timestamptz FROM conversations"
        " ON CONFLICT (endpoint_id, address_id) DO UPDATE SET opted_out_at = excluded.opted_out_at",
        {"at": at},
    )


@pytest.mark.parametrize("before", [timedelta(seconds=1), 5 * MINUTE])
async def test_an_older_message_that_is_found_later_ends_no_opt_out(
    house: House, before: timedelta
) -> None:
    await house.receive("SM1")
    opted_out_at = now() - 15 * MINUTE
    await refuse(house, opted_out_at)

    found = await house.receive("SM2", sent_at=opted_out_at - before)

    assert found.is_new
    assert await house.value(OPTED_OUT)


@pytest.mark.parametrize("has_time", [False, True])
async def test_the_next_message_ends_an_opt_out_also_shortly_after_an_opt_in(
    house: House, *, has_time: bool
) -> None:
    await house.receive("SM1", sent_at=now() - 5 * MINUTE)
    await report(house, now() - timedelta(seconds=20), opted_out=False)
    await refuse(house, now() - timedelta(seconds=10))

    await house.receive("SM2", sent_at=now() if has_time else None)

    assert not await house.value(OPTED_OUT)


@pytest.mark.parametrize("is_refused_before", [False, True])
async def test_the_word_by_which_one_opts_out_ends_no_opt_out(
    house: House, *, is_refused_before: bool
) -> None:
    said_at = now() - 5 * MINUTE
    await house.receive("SM1", sent_at=said_at - 20 * MINUTE)
    if is_refused_before:
        await refuse(house, said_at - 10 * MINUTE)
    await report(house, said_at, opted_out=True)

    await house.receive("SM2", sent_at=said_at + timedelta(seconds=30))
    assert await house.value(OPTED_OUT)

    await house.receive("SM3", sent_at=said_at + 2 * MINUTE)
    assert not await house.value(OPTED_OUT)


@pytest.fixture
async def other(house: House) -> IntakeEndpoint:
    """Another number of ours, to which the same customer writes."""
    address = "whatsapp:+14155550000"
    twin = house.endpoint.model_copy(update={"endpoint_id": new_id(), "address": address})
    await Endpoints(house.db).create(twin)
    found = await Intake(house.db).endpoint(house.account.account_id, address)
    assert found is not None
    return found


async def is_silenced(house: House, conversation: Received) -> bool:
    """Both as agents see it, and as an answer experiences it."""
    answer = await house.answer(conversation.conversation_id)
    settled = isinstance(await Outbox(house.db).claim(answer), Settled)
    view = await Conversations(house.db).get(conversation.conversation_id)
    assert settled is (view.contact.opted_out_at is not None)
    return settled


async def test_who_opts_out_of_one_endpoint_is_still_written_to_by_another(
    house: House, other: IntakeEndpoint
) -> None:
    one = await house.receive("SM1")
    another = await Intake(house.db).receive(other, a_message("SM2"), DAY)
    await report(house, now(), opted_out=True)
    assert [await is_silenced(house, each) for each in (one, another)] == [True, False]

    later = now() + 2 * MINUTE
    await Intake(house.db).receive(other, a_message("SM3", sent_at=later), DAY)
    assert await is_silenced(house, one)
    await house.receive("SM4", sent_at=later)
    assert not await is_silenced(house, one)
