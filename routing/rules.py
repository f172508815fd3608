"""Where a conversation goes: its workstream's rules, one after the other, each with its reason."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from domain.ids import ConversationId, QueueId
from domain.routing_decisions import USUAL_PRIORITY, Arrival, Decision, Verdict
from domain.routing_rules import WHOLE, Outcome, Rule, Rulebook, RulesetKind, Share
from domain.skills import RequiredSkill
from routing.conditions import RuleFailed, finding
from routing.known import Known

# A reason is for people to read; a rule can compare with fifty things.
LONGEST_REASON: Final = 500


def decide(book: Rulebook, arrival: Arrival) -> Decision:
    """What the rules say. Never raises: what goes wrong leads to the fallback queue, and is told."""
    return _Deciding(book, arrival).decision()


def point_of(conversation_id: ConversationId) -> int:
    """Where a conversation falls among a hundred: always the same place, evenly spread."""
    digest = hashlib.sha256(conversation_id.bytes).digest()
    return int.from_bytes(digest[:8]) % WHOLE


def share_of(split: Sequence[Share], conversation_id: ConversationId) -> QueueId:
    """The queue whose part of the hundred this conversation falls into."""
    left = point_of(conversation_id)
    for share in split:
        if left < share.percent:
            return share.queue_id
        left -= share.percent
    return split[-1].queue_id


class _Deciding:
    """One decision while it is made."""

    def __init__(self, book: Rulebook, arrival: Arrival) -> None:
        self._book = book
        self._arrival = arrival
        self._known = Known(arrival.facts, book.hours)
        self._priority = USUAL_PRIORITY
        self._skills: dict[str, RequiredSkill] = {}
        self._considered: list[Verdict] = []

    def decision(self) -> Decision:
        if self._book.unreadable:
            return self._unreadable(self._book.unreadable)
        for rule in self._matching(RulesetKind.CLASSIFICATION, self._book.classification):
            self._take(rule.outcome)
        for rule in self._matching(RulesetKind.ROUTE_TO_QUEUE, self._book.routing):
            self._take(rule.outcome)
            return self._decided(self._queue(rule.outcome), rule)
        return self._decided(self._arrival.fallback_queue_id)

    def _unreadable(self, kind: RulesetKind) -> Decision:
        why = "The rules were written by another version; save them again."
        self._considered.append(Verdict(ruleset=kind, rule="*", result="failed", why=why))
        return self._decided(self._arrival.fallback_queue_id)

    def _matching(self, kind: RulesetKind, rules: Iterable[Rule]) -> Iterable[Rule]:
        """Those that match, each asked when its turn has come; none after one that failed."""
        for rule in rules:
            if self._has_failed:
                return
            verdict = self._judged(kind, rule)
            self._considered.append(verdict)
            if verdict.result == "matched":
                yield rule

    @property
    def _has_failed(self) -> bool:
        return bool(self._considered) and self._considered[-1].result == "failed"

    def _judged(self, kind: RulesetKind, rule: Rule) -> Verdict:
        try:
            holds, why = finding(rule.condition, self._known) if rule.condition else (True, "Always.")
        except RuleFailed as failure:
            return Verdict(ruleset=kind, rule=rule.name, result="failed", why=str(failure))
        except Exception as error:  # noqa: BLE001 - whatever it is, the customer is let in
            why = f"It broke: {type(error).__name__}."
            return Verdict(ruleset=kind, rule=rule.name, result="failed", why=why)
        shown = why if len(why) <= LONGEST_REASON else f"{why[:LONGEST_REASON]}…"
        result = "matched" if holds else "not_matched"
        return Verdict.model_validate(
            {"ruleset": kind, "rule": rule.name, "result": result, "why": shown}
        )

    def _take(self, outcome: Outcome) -> None:
        self._known.attributes |= outcome.attributes
        self._known.language = outcome.language or self._known.language
        if outcome.priority is not None:
            self._priority = outcome.priority
        self._skills |= {skill.name.casefold(): skill for skill in outcome.skills}

    def _queue(self, outcome: Outcome) -> QueueId:
        if outcome.split:
            return share_of(outcome.split, self._arrival.conversation_id)
        return outcome.queue_id or self._arrival.fallback_queue_id

    def _decided(self, queue_id: QueueId, rule: Rule | None = None) -> Decision:
        return Decision(
            queue_id=queue_id,
            by="rule" if rule else "fallback",
            why=self._why(rule),
            attributes=self._known.attributes,
            priority=self._priority,
            language=self._known.language,
            required_skills=tuple(self._skills.values()),
            overflow=rule.outcome.overflow if rule else None,
            considered=tuple(self._considered),
        )

    def _why(self, rule: Rule | None) -> str:
        if rule is not None and rule.outcome.split:
            point = point_of(self._arrival.conversation_id)
            return f"“{rule.name}” matched; this conversation is at {point} of 100."
        if rule is not None:
            return f"“{rule.name}” matched."
        if self._has_failed:
            return f"“{self._considered[-1].rule}” failed, so the fallback queue takes it."
        return "No rule that chooses a queue matched, so the fallback queue takes it."
