"""Everything is down while timers come due: each fires once, none early, none much later."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.people import eventually
from tests.faults.admin import Admin
from tests.faults.conftest import Tell
from tests.faults.load import Script
from tests.faults.monkey import SERVERS, Monkey
from tests.faults.scale import PATIENCE, scaled
from tests.faults.timers import Timer, closing_lateness, faults_of, firing_lateness, timer
from tests.faults.trial import Trial, a_trial
from tests.faults.witnesses import temporal_of
from tests.stack import Stack

pytestmark = pytest.mark.timeout(2 * PATIENCE)

WRAP_UP = timedelta(seconds=scaled(10, 240))
FIRED_WITHIN = timedelta(seconds=60)
# A conversation is closed by some hundred statements and messages between four processes: with
# thousands of them due at once that takes as long as the machine takes. How long, is told.
CLOSED_WITHIN = timedelta(seconds=scaled(60, 900))
EARLIEST_RESTART = timedelta(seconds=1)  # no machine has all four servers back before


async def test_inv5_timers_that_come_due_in_an_outage_fire_once_and_soon(
    battered: Stack, tell: Tell
) -> None:
    script = Script(label=4, customers=scaled(100, 5000), messages=1)
    monkey = Monkey(battered, script.seed)
    async with a_trial(battered, script) as trial, Admin(battered) as admin:
        await trial.crowd.write()
        await trial.desk.answer(script.addresses, within=PATIENCE / 4)
        async with admin.timers(wrap_up_close=WRAP_UP.total_seconds()):
            due = await _end_all(trial)
        await _until_they_come_due(due)
        down_at = datetime.now(UTC)
        await monkey.kill(*SERVERS)
        back_at = datetime.now(UTC)
        last = max(*due.values(), back_at) + CLOSED_WITHIN
        await _until_closed(trial, within=(last - datetime.now(UTC)).total_seconds())
        timers = await _timers(battered, trial, due)
        report = await trial.report(settled_within=PATIENCE / 4)
    overdue = sum(down_at <= at <= back_at for at in due.values())
    tell(*monkey.strikes, f"{len(due)} timers, {overdue} of them due in the outage")
    tell(f"down for {back_at - down_at}")
    tell(f"fired after they were due: {_summary(firing_lateness(timers))}")
    tell(f"closed after they were due: {_summary(closing_lateness(timers))}", report)
    assert len(due) == script.customers
    assert overdue > 0, "the outage missed every timer"
    faults = faults_of(timers, back_at=back_at, fired_within=FIRED_WITHIN, closed_within=CLOSED_WITHIN)
    assert not list(faults)
    assert not report.violations, str(report)


def _summary(late: Sequence[timedelta]) -> str:
    return f"median {late[len(late) // 2]}, last {late[-1]}"


async def _end_all(trial: Trial) -> dict[str, datetime]:
    """End every conversation; when the wrap-up of each is over, as its agent can tell."""
    conversations = await trial.database.conversations(trial.script.addresses)
    paths = (f"/conversations/{each['conversation_id']}/end" for each in conversations)
    ended = await asyncio.gather(*(trial.desk.insist(path, key=path) for path in paths))
    views = [answer.raise_for_status().json() for answer in ended]
    assert {view["state"] for view in views} == {"wrap_up"}
    return {
        view["conversation_id"]: datetime.fromisoformat(view["state_changed_at"]) + WRAP_UP
        for view in views
    }


async def _until_they_come_due(due: dict[str, datetime]) -> None:
    """A machine fast enough would be down and up again before the first timer."""
    middle = sorted(due.values())[len(due) // 2]
    await asyncio.sleep(max((middle - EARLIEST_RESTART - datetime.now(UTC)).total_seconds(), 0))


async def _until_closed(trial: Trial, *, within: float) -> None:
    async def closed() -> bool:
        conversations = await trial.database.conversations(trial.script.addresses)
        return all(each["state"] == "closed" for each in conversations)

    await eventually(closed, "every conversation is closed", within=within)


async def _timers(stack: Stack, trial: Trial, due: dict[str, datetime]) -> list[Timer]:
    client = await temporal_of(stack)
    rows = await trial.database.conversations(trial.script.addresses)
    places = asyncio.Semaphore(20)

    async def read(conversation_id: str, closed_at: datetime | None) -> Timer:
        handle = client.get_workflow_handle(f"conversation/whatsapp/{conversation_id}")
        async with places:
            history = await handle.fetch_history()
        return timer(
            conversation_id,
            due=due[conversation_id],
            length=WRAP_UP,
            history=history.events,
            closed_at=closed_at,
        )

    return await asyncio.gather(*(read(row["conversation_id"], row["closed_at"]) for row in rows))
