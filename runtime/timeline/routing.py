"""Why a conversation went where it went, and to whom, as entries of a timeline."""

from collections.abc import Iterator, Sequence
from typing import Final

from domain.assignments import AssignmentDecision
from domain.routing_decisions import KeptDecision
from domain.views import MessageView
from runtime.timeline.entries import Entry, Kind, Source

_CLOSEST: Final = 5


def decisions_of(decisions: Sequence[KeptDecision], lines: Sequence[MessageView]) -> Iterator[Entry]:
    """Each after the message that it was made for, which is stored a moment later."""
    for decision in decisions:
        cause = next((line for line in lines if line.at >= decision.at), None)
        yield Entry(
            at=decision.at,
            source=Source.ROUTING,
            kind=Kind.ROUTING,
            name=decision.queue_name,
            status=decision.by,
            message_id=cause.message_id if cause else None,
            facts=_facts(decision),
        )


def _facts(decision: KeptDecision) -> dict[str, str]:
    told = {"why": decision.why}
    for verdict in decision.considered:
        if verdict.result != "not_matched":
            told[f"{verdict.result} “{verdict.rule}”"] = verdict.why
    if others := [each.rule for each in decision.considered if each.result == "not_matched"]:
        told["not matched"] = ", ".join(f"“{name}”" for name in others)
    return told


def looks_of(decisions: Sequence[AssignmentDecision]) -> Iterator[Entry]:
    """To whom it was offered, or that it could be offered to nobody; and what was in others' way."""
    for decision in decisions:
        yield Entry(
            at=decision.at,
            source=Source.ROUTING,
            kind=Kind.ROUTING,
            name=f"offered to {decision.offered_to}" if decision.offered_to else "offered to nobody",
            status=decision.offer_state or "waits",
            facts={str(each.agent_id): each.why for each in decision.considered[:_CLOSEST]},
        )
