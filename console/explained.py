"""Why a conversation is where it is, in words: which rules and which agents were considered."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from application.reasons import Reason
from console.reader import Reader
from console.times import day_and_clock
from domain.assignments import AssignmentDecision, Considered
from domain.ids import AgentId
from domain.routing_decisions import KeptDecision, Verdict
from domain.values import Value

# Whoever wants more reads the API: a page is for the last few, and those who came closest.
SHOWN: Final = 20
NAMED: Final = 10


class ReasonLine(Value):
    """One decision. `considered`: what was looked at before it."""

    key: str
    time: str
    title: str
    text: str
    summary: str = ""
    considered: tuple[str, ...] = ()


def agents_named(reasons: Sequence[Reason]) -> Iterator[AgentId]:
    """Whose names are needed to tell these."""
    for reason in reasons[-SHOWN:]:
        if isinstance(reason, AssignmentDecision):
            yield from (each.agent_id for each in reason.considered[:NAMED])
            if reason.offered_to is not None:
                yield reason.offered_to


def reason_lines(
    reasons: Sequence[Reason], names: Mapping[UUID, str], reader: Reader, now: datetime
) -> list[ReasonLine]:
    """The latest first."""
    return [_line(reason, names, reader, now) for reason in reversed(reasons[-SHOWN:])]


def _line(reason: Reason, names: Mapping[UUID, str], reader: Reader, now: datetime) -> ReasonLine:
    if isinstance(reason, KeptDecision):
        title, text = _queue(reason, reader), _why(reason)
        considered = tuple(_verdict(each, reader) for each in reason.considered)
        count = len(considered)
    else:
        title, text = _agent(reason, names, reader), ""
        considered = tuple(_agents(reason, names, reader))
        count = len(reason.considered) + reason.others
    return ReasonLine(
        key=str(reason.decision_id),
        time=day_and_clock(reason.at, now, reader),
        title=title,
        text=text,
        summary=reader.texts.considered.format(count=count) if considered else "",
        considered=considered,
    )


def _queue(decision: KeptDecision, reader: Reader) -> str:
    return reader.texts.decided_by[decision.by].format(queue=decision.queue_name)


def _why(decision: KeptDecision) -> str:
    found = decision.overflowed
    return f"{decision.why} {found.why}" if found else decision.why


def _agent(decision: AssignmentDecision, names: Mapping[UUID, str], reader: Reader) -> str:
    texts = reader.texts
    if decision.offered_to is None or decision.offer_state is None:
        return texts.nobody_asked.format(queue=decision.queue_name)
    is_mine = decision.offered_to == reader.agent_id
    said = texts.offered_to_you if is_mine else texts.offered_to
    name = names.get(decision.offered_to, texts.agent)
    return said.format(name=name, outcome=texts.outcomes[decision.offer_state])


def _verdict(verdict: Verdict, reader: Reader) -> str:
    texts = reader.texts
    result = texts.verdicts[verdict.result]
    return texts.verdict.format(rule=verdict.rule, result=result, why=verdict.why)


def _agents(decision: AssignmentDecision, names: Mapping[UUID, str], reader: Reader) -> Iterator[str]:
    for each in islice(decision.considered, NAMED):
        yield _considered(each, names.get(each.agent_id, reader.texts.agent), reader)
    hidden = len(decision.considered) - NAMED + decision.others
    if hidden > 0 and len(decision.considered) >= NAMED:
        yield reader.texts.more_considered.format(count=hidden)


def _considered(each: Considered, name: str, reader: Reader) -> str:
    texts = reader.texts
    if each.place is None:
        return texts.not_asked.format(name=name, why=each.why)
    return texts.asked_in_place.format(place=each.place, name=name, why=each.why)
