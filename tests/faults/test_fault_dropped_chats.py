"""Sockets of customers and agents are cut at random while they chat: what `make soak` does for long."""

from tests.bench.soak.script import Script
from tests.bench.soak.soaking import soak
from tests.bench.soak.verdict import violations
from tests.faults.conftest import Tell
from tests.faults.scale import scaled
from tests.stack import Stack

SCRIPT = Script(
    customers=20,
    desks=3,
    seconds=scaled(20, 300),
    pause=3,
    cut_every=5,
    absences=((0.8, 0.1, 1.5), (0.2, 6, 8)),
)


async def test_inv1_inv3_chats_whose_sockets_are_cut_lose_and_double_nothing(
    battered: Stack, tell: Tell
) -> None:
    soaked = await soak(battered, SCRIPT)
    cuts = sum(customer.line.cuts for customer in soaked.customers)
    said = sum(len(customer.said) for customer in soaked.customers)
    tell(f"{said} messages, {cuts} cuts")
    assert violations(soaked.evidence) == []
    assert cuts > SCRIPT.customers, "hardly anything was cut: there was no proof"
    assert said > SCRIPT.customers, "hardly anything was said: there was no proof"
