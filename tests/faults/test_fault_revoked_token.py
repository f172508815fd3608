"""The provider refuses our token while replies wait: people are told at once, and nothing is lost."""

import asyncio
import time

import pytest

from tests.e2e.people import eventually
from tests.faults.admin import Admin
from tests.faults.conftest import Tell
from tests.faults.load import Script
from tests.faults.scale import PATIENCE, scaled
from tests.faults.trial import Trial, a_trial
from tests.stack import Stack

pytestmark = pytest.mark.timeout(PATIENCE)

ALARM_WITHIN = 10
REPAIRED_WITHIN = scaled(30, 300)
"""A refused message looks again every 10 s; the others leave as fast as they are taken."""


async def test_inv3_replies_wait_for_the_repair_of_a_revoked_token(battered: Stack, tell: Tell) -> None:
    script = Script(label=3, customers=scaled(10, 100), messages=1)
    async with a_trial(battered, script) as trial, Admin(battered) as admin:
        await trial.crowd.write()
        await trial.desk.answer(script.addresses, within=PATIENCE / 4)
        async with trial.suffering(token_revoked=True):
            began = time.monotonic()
            sending = asyncio.create_task(_answer_everybody(trial, each=scaled(5, 10)))

            async def alarmed() -> bool:
                return await admin.last_error() is not None

            await eventually(alarmed, "the account shows an alarm", within=ALARM_WITHIN)
            tell(f"alarm after {time.monotonic() - began:.1f} s: {await admin.last_error()}")
            await sending
            assert not await trial.provider.arrivals(script.addresses)
            assert _tells_operators(battered)

        repaired = time.monotonic()
        report = await trial.report(settled_within=REPAIRED_WITHIN)
        tell(f"all left {time.monotonic() - repaired:.1f} s after the repair", report)
        assert not report.violations, str(report)
        assert report.counts["messages that reached a phone"] == scaled(50, 1000)
        assert report.counts["replies shown as failed"] == 0
        assert await admin.last_error() is None


async def _answer_everybody(trial: Trial, *, each: int) -> None:
    """In every conversation one reply after the other."""
    async with asyncio.TaskGroup() as conversations:
        for row in await trial.database.conversations(trial.script.addresses):
            conversations.create_task(_answer(trial, row["customer"], row["conversation_id"], each))


async def _answer(trial: Trial, address: str, conversation_id: str, each: int) -> None:
    for number in range(each):
        await trial.desk.reply(address, conversation_id, number)


def _tells_operators(stack: Stack) -> bool:
    log = (stack.data_dir / "logs" / "worker.log").read_text()
    return any("account" in line and "refuse" in line for line in log.splitlines())
