"""Why a conversation went where it went, as entries of a timeline."""

from collections.abc import Iterator, Sequence

from domain.routing_decisions import KeptDecision
from domain.views import MessageView
from runtime.timeline.entries import Entry, Kind, Source


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
