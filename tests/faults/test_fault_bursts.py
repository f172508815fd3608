"""Many customers send several first messages at the same moment: one conversation each, in order."""

from collections import Counter

import pytest

from tests.faults.conftest import Tell
from tests.faults.load import Script
from tests.faults.scale import PATIENCE, scaled
from tests.faults.trial import a_trial
from tests.stack import Stack

pytestmark = pytest.mark.timeout(PATIENCE)


async def test_inv6_simultaneous_first_messages_open_one_conversation(
    battered: Stack, tell: Tell
) -> None:
    script = Script(label=1, customers=scaled(60, 1000), messages=5)
    async with a_trial(battered, script) as trial:
        await trial.crowd.write_at_once()
        report = await trial.report(settled_within=PATIENCE / 2)
        rows = await trial.database.conversations(script.addresses)
        opened = Counter(row["customer"] for row in rows)
    assert not report.violations, str(report)
    assert set(opened.values()) == {1}
    assert len(opened) == script.customers
    tell(report)
