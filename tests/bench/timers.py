"""How late timers fire when many are due in the same minute."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.ids import ConversationId
from tests.bench.findings import Cell, Findings, Table, spread
from tests.bench.kinds import Bare, bare
from tests.bench.lab import PATIENCE, Lab, in_parallel, now
from tests.bench.people import people

LEAD = timedelta(seconds=20)
"""Time to start all bare timers before the first one is due."""
CLOSED = "SELECT conversation_id, closed_at FROM conversations WHERE conversation_id = ANY(%s)"
SHOWN = """
    SELECT conversation_id, max(at) FROM conversation_events WHERE conversation_id = ANY(%s)
    GROUP BY conversation_id
"""
STILL_OPEN = """
    SELECT count(*) FROM conversations WHERE conversation_id = ANY(%s) AND state <> 'closed'
"""

HOW = """\
Conversations are picked and ended by an agent, and close by themselves when their wrap-up is over; how
long that takes is set through the config API. Due: the moment the wrap-up began plus that time.
Closed: the workflow has looked up the durations in force and closes. Shown: PostgreSQL has the event
that tells agents so. *Bare* workflows sleep until exactly the same seconds, and then end."""


async def measure(lab: Lab) -> Findings:
    """Ours, then as many bare ones with the same distances between them."""
    conversations = await lab.some_conversations(lab.size(1000, 100))
    due = await _wrap_ups(lab, conversations)
    async with asyncio.timeout((max(due.values()) - now()).total_seconds() + PATIENCE):
        while await lab.number(STILL_OPEN, conversations):
            await asyncio.sleep(0.5)
    closed, shown = await lab.rows(CLOSED, conversations), await lab.rows(SHOWN, conversations)
    baseline = await _bare(lab, sorted(due.values()))
    seconds = (max(due.values()) - min(due.values())).total_seconds()
    rows = (
        _row("Holdfast: closed", [at - due[each] for each, at in closed]),
        _row("Holdfast: shown", [at - due[each] for each, at in shown]),
        _row("bare: ended", baseline),
    )
    head = ("", "timers", "earliest ms", "p50 ms", "p99 ms", "max ms")
    caption = f"Lateness of {len(due):,} timers, due within {seconds:.0f} s"
    return Findings("Timers: how late they fire", HOW, (Table(caption, head, rows),))


async def _wrap_ups(
    lab: Lab, conversations: Sequence[ConversationId]
) -> dict[ConversationId, datetime]:
    """When each of them is due to close."""
    lasts = timedelta(seconds=lab.size(30, 10))
    before = await _set_timers(lab, {"wrap_up_close": lasts.total_seconds()})
    async with people(lab) as who:
        await in_parallel(lambda each: who.act(each, "accept"), conversations)
        ended = await in_parallel(lambda each: who.act(each, "end"), conversations)
    await _set_timers(lab, before)
    starts = (datetime.fromisoformat(view["state_changed_at"]) for view in ended)
    return {each: at + lasts for each, at in zip(conversations, starts, strict=True)}


async def _set_timers(lab: Lab, timers: dict[str, Any]) -> dict[str, Any]:
    """Through the config API; returns what was set before."""
    path = f"/config/v1/workstreams/{lab.stack.demo['organization']['workstream_id']}"
    async with lab.client(lab.stack.api, "admin") as admin:
        found = (await admin.get(path)).raise_for_status()
        before: dict[str, Any] = found.json()["timers"]
        answer = await admin.patch(
            path, json={"timers": before | timers}, headers={"If-Match": found.headers["ETag"]}
        )
        answer.raise_for_status()
    return before


async def _bare(lab: Lab, like: Sequence[datetime]) -> list[timedelta]:
    """How late each of them ended."""
    async with bare(lab) as kind:
        first = now() + (LEAD / 4 if lab.is_quick else LEAD)
        due = [first + (at - like[0]) for at in like]
        sleepers = [kind.new() for _ in due]
        pairs = list(zip(sleepers, due, strict=True))
        await in_parallel(lambda pair: pair[0].sleep_until(pair[1]), pairs)
        assert now() < first, "the machine is too slow to start the timers in time"
        await asyncio.sleep((due[-1] - now()).total_seconds())
        return await in_parallel(_lateness, pairs)


async def _lateness(pair: tuple[Bare, datetime]) -> timedelta:
    sleeper, due = pair
    async with asyncio.timeout(PATIENCE):
        while (ended := (await sleeper.handle.describe()).close_time) is None:
            await asyncio.sleep(0.1)
    return ended - due


def _row(name: str, late: Sequence[timedelta]) -> tuple[Cell, ...]:
    seconds = [each.total_seconds() for each in late]
    return (name, len(seconds), 1000 * min(seconds), *spread(seconds))
