"""The proof can fail: a Holdfast that breaks a promise is caught. Each one is a stack of its own."""

import asyncio

import pytest

from tests.faults import broken
from tests.faults.conftest import Tell
from tests.faults.load import Script
from tests.faults.messengers import BUSINESS_MESSAGES, LINE, RCS, WHATSAPP, Messenger
from tests.faults.scale import IS_ASKED_FOR, PATIENCE
from tests.faults.trial import a_trial
from tests.stack import Stack, a_place, free_ports

pytestmark = [
    pytest.mark.timeout(PATIENCE),
    pytest.mark.skipif(not IS_ASKED_FOR, reason="takes minutes: make faults"),
]

WITH_KEYS = (LINE, RCS, BUSINESS_MESSAGES)
WRITERS: dict[str, tuple[Messenger, ...]] = {
    "forgets_keys": WITH_KEYS,
    "takes_tokens_for_keys": (LINE,),
}
"""Whose customers write; WhatsApp's, where it is not said."""
CAUGHT_BY = {
    "acknowledges_early": ("nothing is acknowledged before it is stored", {}),
    "recognises_nothing": ("what is said once is stored once", {"duplicate_inbound": 0.5}),
    "forgets_doubts": (
        "nothing arrives twice without being flagged",
        {"answer_lost": 0.5, "lost_callbacks": 1.0},
    ),
    "believes_in_luck": ("nothing is shown as sent that did not arrive", {"server_error": 0.5}),
    "forgets_keys": ("nothing arrives twice without being flagged", {"keyed_answer_lost": 0.7}),
    "takes_tokens_for_keys": ("nothing arrives twice without being flagged", {"answer_lost": 0.7}),
}
"""Which rule has to notice, and the provider's faults that bring it to light."""


@pytest.mark.parametrize("name", broken.BREAKS)
async def test_a_broken_holdfast_is_caught(name: str, tell: Tell) -> None:
    rule, faults = CAUGHT_BY[name]
    writers = WRITERS.get(name, (WHATSAPP,))
    script = Script(label=7, messengers=writers, customers=6, messages=4, replies=3, pause=0.3)
    with a_place() as data_dir:
        stack = Stack(data_dir, free_ports(), command=broken.command(name))
        try:
            await asyncio.to_thread(stack.until_ready)
            async with a_trial(stack, script) as trial:
                async with trial.suffering(**faults), asyncio.TaskGroup() as everybody:
                    everybody.create_task(trial.crowd.write())
                    everybody.create_task(trial.desk.answer(script.addresses, within=30))
                report = await trial.report(settled_within=30)
        finally:
            await asyncio.to_thread(stack.stop)
    tell(report)
    assert report.of(rule), str(report)
