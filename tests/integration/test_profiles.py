"""Who wrote, asked of the provider once a week, and never while anybody waits."""

from dataclasses import dataclass, field

import pytest

from channels.extras import Profile
from domain.configuration import Credentials
from domain.errors import ProviderUnavailable
from domain.messages import Sender
from tests.fakes import FakeChannel
from tests.shop import ALICE, Shop, a_message, a_webhook


@dataclass
class Directory(FakeChannel):
    """A provider that names people when it is asked."""

    profile_name: str | None = "Alice L."
    people: list[str] = field(default_factory=list)

    async def profile(self, address: str, credentials: Credentials) -> Profile | None:
        self.people.append(address)
        if self.fault:
            raise self.fault
        return Profile(display_name=self.profile_name) if self.profile_name else None


@pytest.fixture
def channel() -> Directory:
    return Directory()


async def hears(shop: Shop, channel: Directory, number: int = 1, name: str | None = None) -> None:
    event = a_message(number, sender=Sender(address=ALICE, display_name=name))
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(event))
    async with shop.parts.profiles.running():
        await shop.parts.profiles.idle()


async def name_of(shop: Shop) -> str | None:
    [view] = await shop.running()
    return view.contact.display_name


async def a_while_ago(shop: Shop, interval: str) -> None:
    async with shop.database.connection() as connection:
        query = "UPDATE addresses SET profile_asked_at = profile_asked_at - %(interval)s::interval"
        await connection.execute(query, {"interval": interval})


async def test_a_name_is_asked_for_once_and_again_after_a_week(shop: Shop, channel: Directory) -> None:
    await hears(shop, channel, 1)
    await hears(shop, channel, 2)
    assert (await name_of(shop), channel.people) == ("Alice L.", [ALICE])
    channel.profile_name = "Alice M."
    await a_while_ago(shop, "8 days")
    await hears(shop, channel, 3)
    assert (await name_of(shop), channel.people) == ("Alice M.", [ALICE, ALICE])


async def test_a_message_that_says_who_wrote_it_is_believed(shop: Shop, channel: Directory) -> None:
    await hears(shop, channel, name="Alice")
    assert (await name_of(shop), channel.people) == ("Alice", [])


async def test_a_failure_changes_nothing_and_is_tried_again_later(
    shop: Shop, channel: Directory
) -> None:
    channel.fault = ProviderUnavailable("down")
    await hears(shop, channel, 1)
    channel.fault = None
    await hears(shop, channel, 2)
    assert (await name_of(shop), channel.people) == (None, [ALICE])
    await a_while_ago(shop, "61 minutes")
    await hears(shop, channel, 3)
    assert await name_of(shop) == "Alice L."


async def test_who_does_not_tell_their_name_stays_nameless(shop: Shop, channel: Directory) -> None:
    channel.profile_name = None
    await hears(shop, channel, 1)
    await hears(shop, channel, 2)
    assert (await name_of(shop), channel.people) == (None, [ALICE])
