"""Who opted out is written to again once they write themselves, and not for what they wrote before."""

from datetime import datetime, timedelta

import pytest

from domain.channels import ChannelName
from domain.messages import ConsentReported, Sender
from storage.consents import Consents
from tests.integration.house import SOMEBODY, House, now

MINUTE = timedelta(minutes=1)
OPTED_OUT = "SELECT opted_out_at IS NOT NULL FROM addresses"


async def report(house: House, at: datetime, *, opted_out: bool) -> None:
    """Their provider says so."""
    event = ConsentReported(
        endpoint_address=house.endpoint.address,
        sender=Sender(address=SOMEBODY),
        opted_out=opted_out,
        reported_at=at,
    )
    await Consents(house.db).report(ChannelName.WHATSAPP, event)


async def refuse(house: House, at: datetime) -> None:
    """A delivery report says that they want nothing more."""
    await house.db.execute("UPDATE addresses SET opted_out_at = %(at)s", {"at": at})


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
