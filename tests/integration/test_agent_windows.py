"""Windows of agents from end to end: who is lost is noticed, told to workflows, and found again."""

from datetime import timedelta

import pytest

from application.windows import AgentWindows
from domain.configuration import Caller, Scope
from domain.conversations import MailKind
from domain.errors import NotSignedIn
from domain.presences import BasePresence
from storage.conversations import Conversations
from storage.organization import Organizations
from tests.shop import Shop

TOKEN = "a token of tests"
AGENT_MAIL = (MailKind.AGENT_AWAY, MailKind.AGENT_RETURNED)


@pytest.fixture
async def windows(shop: Shop) -> AgentWindows:
    await Organizations(shop.database).create_once("Shop")
    return shop.parts.engine.windows


async def run_out(shop: Shop) -> None:
    await shop.database.execute("UPDATE agent_leases SET expires_at = clock_timestamp()")


def ann(shop: Shop) -> Caller:
    return Caller(name="ann", scopes=frozenset({Scope.AGENT}), agent_id=shop.ann.agent_id)


async def told(shop: Shop) -> list[tuple[MailKind, bool]]:
    """What workflows were told of agents, and whether it was about Ann."""
    async with shop.parts.dispatcher.running():
        await shop.parts.dispatcher.idle()
    return [
        (item.kind, item.agent_id == shop.ann.agent_id)
        for _, mail in shop.conversations.deliveries
        for item in mail
        if item.kind in AGENT_MAIL
    ]


async def test_workflows_are_told_who_is_lost_and_who_is_back(
    shop: Shop, windows: AgentWindows
) -> None:
    async def identify() -> Caller:
        return ann(shop)

    view = await shop.hears()
    await shop.assign(view.conversation_id, shop.ann)
    async with windows.open(TOKEN, identify):
        assert await windows.sweep() == 0
    await run_out(shop)
    assert await windows.sweep() == 1
    assert await told(shop) == [(MailKind.AGENT_AWAY, True)]
    async with windows.open(TOKEN, identify):
        assert await windows.sweep() == 0
        assert (await told(shop))[-1] == (MailKind.AGENT_RETURNED, True)


async def test_a_call_vouches_for_a_program_without_a_window(shop: Shop, windows: AgentWindows) -> None:
    await windows.vouch(ann(shop), TOKEN)
    await windows.vouch(ann(shop), TOKEN)
    row = await shop.database.one("SELECT count(*) AS number FROM agent_leases")
    assert row == {"number": 1}
    presences = shop.parts.engine.presences
    assert (await presences.own(ann(shop))).base is BasePresence.AVAILABLE
    await run_out(shop)
    await windows.sweep()
    assert (await presences.own(ann(shop))).base is BasePresence.OFFLINE


async def test_who_cannot_say_who_they_are_has_no_window(shop: Shop, windows: AgentWindows) -> None:
    async def identify() -> Caller:
        raise NotSignedIn("Nobody knows this token.")

    with pytest.raises(NotSignedIn):
        async with windows.open(TOKEN, identify):
            pytest.fail("it opened")


async def test_the_organisation_says_when_a_lost_agent_is_waited_for_no_longer(shop: Shop) -> None:
    view = await shop.hears()
    listed = Conversations(shop.database)
    assert (await listed.timer_policy(view.conversation_id)).agent_lost == timedelta(minutes=5)
    await Organizations(shop.database).create_once("Shop")
    assert (await listed.timer_policy(view.conversation_id)).agent_lost == timedelta(minutes=5)
    await shop.database.execute(
        """UPDATE organizations SET assignment = '{"agent_given_back_after": "PT1M"}'"""
    )
    assert (await listed.timer_policy(view.conversation_id)).agent_lost == timedelta(minutes=1)
