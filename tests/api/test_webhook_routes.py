"""The webhooks of every provider: one way in, each with its own address, answer and limit."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from application.intake import _NOBODY_S_SECRETS
from application.services import Engine
from domain.channels import ChannelName
from domain.ids import new_id
from storage.accounts import Accounts
from storage.database import Database
from storage.quarantine import Quarantine
from tests.api.conftest import Http
from tests.contract.test_channels import ADAPTERS
from tests.fakes import SECRET, FakeChannel, FakeConversations
from tests.shop import Shop, a_message, a_webhook, open_shop

PATHS = {
    ChannelName.LINE: "/webhooks/line/{}",
    ChannelName.GOOGLE_BUSINESS_MESSAGES: "/webhooks/google-business-messages/{}",
    ChannelName.RCS: "/webhooks/rcs/{}",
}
MEGABYTE = 1024 * 1024


@pytest.fixture(params=PATHS)
def channel(request: pytest.FixtureRequest) -> FakeChannel:
    return FakeChannel(name=request.param)


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path, channel: FakeChannel) -> Shop:
    return await open_shop(database, tmp_path, channel, FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


def path_of(channel: FakeChannel, account_id: object) -> str:
    return PATHS[channel.name].format(account_id)


def plain(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "x-request-id"}


async def test_inv1_what_is_signed_is_stored_and_gets_the_providers_own_answer(
    http: Http, shop: Shop, channel: FakeChannel
) -> None:
    path, body = path_of(channel, shop.account.account_id), a_webhook(a_message()).body
    answer = await http.anonymous().post(path, content=body, headers={"signature": SECRET})
    assert (answer.status_code, answer.text) == (200, "thanks")
    [view] = await shop.running()
    assert view.channel is channel.name


async def test_inv10_every_other_caller_learns_and_changes_nothing(
    http: Http, shop: Shop, channel: FakeChannel
) -> None:
    body, anonymous = a_webhook(a_message()).body, http.anonymous()
    mine, other = path_of(channel, shop.account.account_id), path_of(channel, new_id())
    elsewhere = next(path for name, path in PATHS.items() if name is not channel.name)
    right = {"signature": SECRET}
    answers = [
        await anonymous.post(mine, content=body, headers={"signature": "wrong"}),
        await anonymous.post(mine, content=body),
        await anonymous.post(other, content=body, headers=right),
        await anonymous.post(elsewhere.format(shop.account.account_id), content=body, headers=right),
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(403, b"")}
    assert all(plain(answer.headers) == plain(answers[0].headers) for answer in answers)
    assert await shop.running() == []
    assert await Quarantine(shop.database).listing(None, 10) == ([], None)


async def test_a_body_may_be_as_large_as_the_provider_makes_it(
    http: Http, shop: Shop, channel: FakeChannel
) -> None:
    limit = 2 * MEGABYTE if channel.name is ChannelName.LINE else MEGABYTE
    path, right = path_of(channel, shop.account.account_id), {"signature": SECRET}
    body = a_webhook(a_message()).body
    fits = await http.anonymous().post(path, content=body.ljust(limit), headers=right)
    too_large = await http.anonymous().post(path, content=body.ljust(limit + 1), headers=right)
    assert (fits.status_code, too_large.status_code) == (200, 413)


@pytest.mark.parametrize("name", ADAPTERS)
def test_inv10_an_account_that_does_not_exist_takes_as_long_to_refuse(name: str) -> None:
    """Its secret has the name by which this channel's signatures are checked."""
    assert ADAPTERS[name].secret_name in _NOBODY_S_SECRETS
