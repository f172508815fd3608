"""What a soak must leave behind: the same transcript everywhere, and nobody's capacity used."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Told:
    """One chat, by what each of those who know it says."""

    chat: str
    desk: str
    said: Sequence[str]
    """By the customer, confirmed."""
    replies: Sequence[str]
    """By the agent, accepted."""
    shown: Sequence[str]
    """In the customer's window."""
    kept: Sequence[str]
    """By the server, when the customer asks for everything."""
    read: Sequence[str]
    """By the server, when the agent asks for everything."""
    heard: Sequence[str]
    """The customer's words on the agent's WebSocket."""
    repetitions: int = 0
    """Frames that the customer's window was told more than once."""


@dataclass(frozen=True)
class Evidence:
    """What is known after a soak, and of capacity also after the end of every chat."""

    chats: Sequence[Told]
    held: Mapping[str, str]
    """Who holds capacity for each chat: the leases."""
    assigned: Mapping[str, str]
    """Who has each chat, as its workflow says."""
    held_after_all: int
    wrong_sums: int
    """Agents who use something else than the sum of what they hold."""
    undelivered: int
    refused: Sequence[str] = field(default=())
    """What agents were told of replies that were not taken."""


def violations(evidence: Evidence) -> list[str]:
    """Everything that should not be. Nothing: the soak was passed."""
    found = [fault for chat in evidence.chats for fault in (*_faults_of(chat), *_disagreements(chat))]
    return [*found, *_leaks(evidence)]


def _faults_of(told: Told) -> Iterator[str]:
    expected, kept = Counter([*told.said, *told.replies]), Counter(told.kept)
    if lost := expected - kept:
        yield f"{told.chat}: lost: {sorted(lost)}"
    if unexpected := kept - expected:
        yield f"{told.chat}: twice, or said by nobody: {sorted(unexpected)}"
    if [text for text in told.kept if text in told.said] != list(told.said):
        yield f"{told.chat}: out of order: {list(told.kept)}"
    if len(told.replies) != len(told.said):
        yield f"{told.chat}: {len(told.replies)} of {len(told.said)} messages were answered"


def _disagreements(told: Told) -> Iterator[str]:
    for who, transcript in (("customer", told.shown), ("agent", told.read)):
        if list(transcript) != list(told.kept):
            yield f"{told.chat}: the {who} has {list(transcript)}, the server {list(told.kept)}"
    if list(told.heard) != list(told.said):
        yield f"{told.chat}: the agent was told {list(told.heard)} of {list(told.said)}"
    if told.repetitions:
        yield f"{told.chat}: its window was told {told.repetitions} times what it knew"


def _leaks(evidence: Evidence) -> Iterator[str]:
    taken = {told.chat: told.desk for told in evidence.chats}
    if dict(evidence.held) != taken:
        wrong = sorted(evidence.held.items() ^ taken.items())
        yield f"capacity: agents hold other chats than they took: {wrong}"
    if dict(evidence.assigned) != taken:
        yield f"workflows disagree: {sorted(evidence.assigned.items() ^ taken.items())}"
    if evidence.held_after_all:
        yield f"capacity: {evidence.held_after_all} chats still use it after all have ended"
    if evidence.wrong_sums:
        yield f"capacity: of {evidence.wrong_sums} agents the sum is not what they hold"
    if evidence.undelivered:
        yield f"{evidence.undelivered} replies never left"
    if evidence.refused:
        yield f"{len(evidence.refused)} replies were refused: {evidence.refused[0]}"
