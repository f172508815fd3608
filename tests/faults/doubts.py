"""Replies that leave without a key and whose answers are lost: the doubt is shown, then settled."""

from collections.abc import Iterator
from typing import Final

from tests.e2e.people import eventually
from tests.faults.checker import TAKEN
from tests.faults.evidence import Evidence
from tests.faults.load import Script
from tests.faults.messengers import LINE, WHATSAPP
from tests.faults.trial import Trial

SHOWN_WITHIN: Final = 60


def doubtful(label: int) -> Script:
    """One reply to each: WhatsApp takes no key of ours, and neither does LINE with a reply token."""
    return Script(label=label, messengers=(WHATSAPP, LINE), customers=2, messages=1, replies=1)


async def lose_answers(trial: Trial) -> None:
    """Until every reply is in doubt, arrived, and will never be reported."""
    await trial.crowd.write()
    async with trial.suffering(answer_lost=1.0, lost_callbacks=1.0):
        await trial.desk.answer(trial.script.addresses, within=SHOWN_WITHIN)

        async def all_are_in_doubt() -> bool:
            lines = await trial.database.lines(trial.script.addresses)
            statuses = [line.status for line in lines if not line.is_inbound]
            everybody = ["unknown"] * len(trial.script.addresses)
            return statuses == everybody and not await trial.provider.under_way()

        await eventually(all_are_in_doubt, "the doubt is shown", within=SHOWN_WITHIN)


def misjudged(evidence: Evidence) -> Iterator[str]:
    """What did not become of them what should have.

    Twilio is asked, and knows. LINE lists nothing, so the reply is pushed, with its key, and flagged:
    a token is never used again.
    """
    for line in (each for each in evidence.lines if not each.is_inbound):
        arrivals = [each for each in evidence.arrivals if each.message_id == line.message_id]
        is_line = line.customer.startswith("U")
        expected = [True, False] if is_line else [False]
        if [each.by_reply_token for each in arrivals] != expected:
            yield f"{line.text!r} arrived as {arrivals}"
        if line.status not in TAKEN or line.resent_in_doubt != is_line:
            yield f"{line.text!r} is {line.status}, flagged: {line.resent_in_doubt}"
