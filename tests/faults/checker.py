"""Compares what the provider saw with what we say, and names every difference. Knows none of our code.

A rule reads the evidence and yields what contradicts it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final, TypeVar

from tests.faults.evidence import RUNNING, Arrival, Evidence, Line, Outcome, Utterance

SHOWN: Final = 5
ROUNDING: Final = timedelta(milliseconds=2)
"""The provider's log keeps whole milliseconds."""
TAKEN: Final = frozenset({"accepted", "sent", "delivered", "read"})
"""A status that says: the provider has it, so the customer gets it."""
SHOWN_AS_FAILED: Final = frozenset({"failed", "unknown"})
WITH_AN_AGENT: Final = frozenset({"active", "template_only", "wrap_up"})

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Violation:
    """One promise that was broken, and where."""

    rule: str
    customer: str
    what: str


@dataclass(frozen=True)
class Report:
    """What was compared, and what was wrong."""

    counts: dict[str, int]
    violations: tuple[Violation, ...]

    def __str__(self) -> str:
        counts = "\n".join(f"  {number:>7}  {name}" for name, number in self.counts.items())
        return f"{counts}\n{self._complaints() or '  no violations'}"

    def of(self, rule: str) -> tuple[Violation, ...]:
        """What one rule found."""
        return tuple(each for each in self.violations if each.rule == rule)

    def _complaints(self) -> str:
        lines = []
        for rule, number in Counter(each.rule for each in self.violations).items():
            lines.append(f"  VIOLATED {number} times: {rule}")
            lines += [f"    {each.customer}: {each.what}" for each in self.of(rule)[:SHOWN]]
        return "\n".join(lines)


def check(evidence: Evidence) -> Report:
    """Apply every rule."""
    found = tuple(
        Violation(name, customer, what)
        for name, rule in RULES.items()
        for customer, what in rule(evidence)
    )
    return Report(_counts(evidence), found)


# -- what customers said -----------------------------------------------------------------------------


def _everything_said_is_there(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """But for what nobody was ever told, and nobody can ask for."""
    known = {line.provider_id for line in evidence.lines}
    for said in evidence.utterances:
        could_be_known = bool(said.attempts) or said.can_be_asked_for
        if could_be_known and said.provider_id not in known:
            told = "acknowledged" if said.acknowledged_at else "never acknowledged"
            yield said.customer, f"{said.text!r} ({told}) is in no transcript"


def _stored_before_acknowledged(evidence: Evidence) -> Iterator[tuple[str, str]]:
    stored = {line.provider_id: line.at for line in evidence.lines}
    for said in evidence.utterances:
        at, told = stored.get(said.provider_id), said.acknowledged_at
        if at and told and at > told + ROUNDING:
            yield said.customer, f"{said.text!r} was acknowledged {at - told} before it was stored"


def _said_once_stored_once(evidence: Evidence) -> Iterator[tuple[str, str]]:
    said = {each.provider_id: each for each in evidence.utterances}
    inbound = [line for line in evidence.lines if line.is_inbound]
    for (customer, text), number in Counter((each.customer, each.text) for each in inbound).items():
        if number > 1:
            yield customer, f"{text!r} is there {number} times"
    for line in inbound:
        origin = said.get(line.provider_id or "")
        if origin is None or (origin.customer, origin.text) != (line.customer, line.text):
            yield line.customer, f"nobody said {line.text!r} ({line.provider_id})"


def _arrived_in_order(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Whatever was acknowledged before another set out stands before it."""
    places = {each.provider_id: _place(each) for each in evidence.lines if not each.recovered}
    for customer, said in _grouped(evidence.utterances, lambda each: each.customer).items():
        kept = [each for each in said if each.provider_id in places]
        for later in kept:
            for earlier in (each for each in kept if _surely_before(each, later)):
                if places[earlier.provider_id] > places[later.provider_id]:
                    yield customer, f"{earlier.text!r} stands behind {later.text!r}"


def _recovered_in_order(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What only the look for lost webhooks brought stands in the order in which it was said."""
    said = {each.provider_id: each.said_at for each in evidence.utterances}
    recovered = [each for each in evidence.lines if each.recovered and each.provider_id in said]
    for customer, lines in _grouped(recovered, lambda each: each.customer).items():
        for earlier, later in pairwise(sorted(lines, key=_place)):
            if said[earlier.provider_id or ""] > said[later.provider_id or ""]:
                yield customer, f"recovered {earlier.text!r} before {later.text!r}"


# -- what agents answered ------------------------------------------------------------------------------


def _accepted_is_kept(evidence: Evidence) -> Iterator[tuple[str, str]]:
    known = {line.message_id for line in evidence.lines}
    for reply in evidence.replies:
        if reply.outcome is Outcome.ACCEPTED and reply.message_id not in known:
            yield reply.customer, f"{reply.text!r} was accepted and is in no transcript"


def _accepted_arrives(evidence: Evidence) -> Iterator[tuple[str, str]]:
    arrived = {each.message_id for each in evidence.arrivals}
    lines = {line.message_id: line for line in evidence.lines}
    for reply in (each for each in evidence.replies if each.outcome is Outcome.ACCEPTED):
        line = lines.get(reply.message_id or "")
        if line and line.message_id not in arrived and line.status not in SHOWN_AS_FAILED:
            yield reply.customer, f"{reply.text!r} is {line.status} and never arrived"


def _nothing_arrives_twice(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """The same row twice, or the same text by whatever row: texts are numbered."""
    flagged = {line.message_id for line in evidence.lines if line.resent_in_doubt}
    for arrivals in (
        *_grouped(evidence.arrivals, lambda each: (each.customer, each.message_id)).values(),
        *_grouped(evidence.arrivals, lambda each: (each.customer, each.text)).values(),
    ):
        first = arrivals[0]
        if len(arrivals) > 1 and first.message_id not in flagged:
            yield first.customer, f"{first.text!r} arrived {len(arrivals)} times"


def _nothing_is_stored_twice(evidence: Evidence) -> Iterator[tuple[str, str]]:
    outbound = [line for line in evidence.lines if not line.is_inbound]
    for (customer, text), number in Counter((each.customer, each.text) for each in outbound).items():
        if number > 1:
            yield customer, f"{text!r} is in the transcript {number} times"


def _no_false_success(evidence: Evidence) -> Iterator[tuple[str, str]]:
    arrived = {each.message_id for each in evidence.arrivals}
    for line in evidence.lines:
        if line.status in TAKEN and line.message_id not in arrived:
            yield line.customer, f"{line.text!r} is shown as {line.status} and never arrived"


def _no_false_failure(evidence: Evidence) -> Iterator[tuple[str, str]]:
    arrived = {each.message_id for each in evidence.arrivals}
    for line in evidence.lines:
        if line.status == "failed" and line.message_id in arrived:
            yield line.customer, f"{line.text!r} is shown as failed and arrived"


def _nothing_unknown_arrives(evidence: Evidence) -> Iterator[tuple[str, str]]:
    lines = {line.message_id: line for line in evidence.lines}
    for arrival in evidence.arrivals:
        line = lines.get(arrival.message_id or "")
        if line is None or (line.customer, line.text) != (arrival.customer, arrival.text):
            yield arrival.customer, f"{arrival.text!r} arrived and is in no transcript of theirs"


def _replies_in_order(evidence: Evidence) -> Iterator[tuple[str, str]]:
    first = _first_arrivals(evidence.arrivals)
    accepted = [
        each
        for each in evidence.replies
        if each.outcome is Outcome.ACCEPTED and each.message_id in first
    ]
    for replies in _grouped(accepted, lambda each: each.conversation_id).values():
        for earlier, later in pairwise(sorted(replies, key=lambda each: each.number)):
            if first[earlier.message_id] > first[later.message_id]:
                yield later.customer, f"{later.text!r} overtook {earlier.text!r}"


def _nothing_unconfirmed(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for line in evidence.lines:
        if line.status in {"queued", "parked"} or not line.handed_over:
            yield line.customer, f"{line.text!r} is {line.status}, handed over: {line.handed_over}"


# -- conversations ----------------------------------------------------------------------------------


def _at_most_one_running(evidence: Evidence) -> Iterator[tuple[str, str]]:
    running = [each for each in evidence.conversations if each.state != "closed"]
    for customer, conversations in _grouped(running, lambda each: each.customer).items():
        if len(conversations) > 1:
            yield customer, f"{len(conversations)} conversations run"


def _mailboxes_are_empty(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for each in evidence.conversations:
        if each.mail_left:
            yield each.customer, f"{each.mail_left} items of mail reached no workflow"


def _capacity_is_consistent(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for each in evidence.conversations:
        expected = each.state in WITH_AN_AGENT
        if each.holds_capacity != expected or (expected and each.agent_id is None):
            yield (
                each.customer,
                f"{each.state}, agent {each.agent_id}, holds capacity: {each.holds_capacity}",
            )


def _workflows_agree(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for each in evidence.conversations:
        if (each.workflow_status == RUNNING) != (each.state != "closed"):
            yield each.customer, f"{each.state} here, {each.workflow_status} in Temporal"
        elif each.workflow_state not in {None, each.state}:
            yield each.customer, f"{each.state} here, {each.workflow_state} in its workflow"
        elif each.workflow_handled not in {None, each.mailbox_seq}:
            handled = f"{each.workflow_handled} of {each.mailbox_seq}"
            yield each.customer, f"its workflow has handled {handled} items of mail"


Rule = Callable[[Evidence], Iterator[tuple[str, str]]]
RULES: Final[dict[str, Rule]] = {
    "everything said is in a transcript": _everything_said_is_there,
    "nothing is acknowledged before it is stored": _stored_before_acknowledged,
    "what is said once is stored once": _said_once_stored_once,
    "messages stand in the order of arrival": _arrived_in_order,
    "recovered messages stand in the order they were said": _recovered_in_order,
    "an accepted reply is kept": _accepted_is_kept,
    "an accepted reply arrives, or its failure or doubt is shown": _accepted_arrives,
    "nothing arrives twice without being flagged": _nothing_arrives_twice,
    "no reply is stored twice": _nothing_is_stored_twice,
    "nothing is shown as sent that did not arrive": _no_false_success,
    "nothing is shown as failed that did arrive": _no_false_failure,
    "nothing arrives that is not in the transcript": _nothing_unknown_arrives,
    "replies arrive in order": _replies_in_order,
    "no reply is left unconfirmed": _nothing_unconfirmed,
    "a customer has at most one running conversation": _at_most_one_running,
    "no mail is left": _mailboxes_are_empty,
    "capacity is held by whom it should be": _capacity_is_consistent,
    "PostgreSQL and Temporal tell the same": _workflows_agree,
}


def _counts(evidence: Evidence) -> dict[str, int]:
    outcomes = Counter(each.outcome for each in evidence.replies)
    statuses = Counter(each.status for each in evidence.lines)
    return {
        "messages customers said": len(evidence.utterances),
        "webhooks sent for them": sum(len(each.attempts) for each in evidence.utterances),
        "messages acknowledged": sum(each.acknowledged_at is not None for each in evidence.utterances),
        "messages recovered by asking": sum(each.recovered for each in evidence.lines),
        "replies accepted": outcomes[Outcome.ACCEPTED],
        "replies refused": outcomes[Outcome.REFUSED],
        "replies never answered": outcomes[Outcome.UNANSWERED],
        "messages that reached a phone": len(evidence.arrivals),
        "of them by a reply token": sum(each.by_reply_token for each in evidence.arrivals),
        "replies shown as failed": statuses["failed"],
        "replies shown as unknown": statuses["unknown"],
        "replies flagged as sent again in doubt": sum(each.resent_in_doubt for each in evidence.lines),
        "conversations": len(evidence.conversations),
    }


def _place(line: Line) -> tuple[str, int]:
    """Conversations of one customer follow one another, and their ids count up with time."""
    return line.conversation_id, line.seq


def _surely_before(earlier: Utterance, later: Utterance) -> bool:
    told, knocked = earlier.acknowledged_at, later.knocked_at
    return bool(told and knocked and told + ROUNDING < knocked)


def _first_arrivals(arrivals: Iterable[Arrival]) -> dict[str | None, int]:
    first: dict[str | None, int] = {}
    for each in sorted(arrivals, key=lambda arrival: arrival.position):
        first.setdefault(each.message_id, each.position)
    return first


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    groups: defaultdict[Key, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
