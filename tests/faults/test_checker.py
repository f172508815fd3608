"""The checker finds nothing where nothing is wrong, and each rule notices what it is there for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.faults.checker import RULES, check
from tests.faults.evidence import Evidence, Outcome
from tests.faults.recorded import CUSTOMERS, evidence
from tests.faults.witnesses import named

Break = Callable[[Evidence], Evidence]


def test_a_good_run_has_no_violations() -> None:
    report = check(evidence())
    assert not report.violations, str(report)
    assert report.counts["messages acknowledged"] == 6
    assert report.counts["messages that reached a phone"] == 4


def test_a_doubt_that_is_shown_is_no_violation() -> None:
    shown = _line(evidence(), 3, status="unknown")
    assert not check(replace(shown, arrivals=shown.arrivals[1:])).violations


def test_a_double_that_is_flagged_is_no_violation() -> None:
    flagged = _line(evidence(), 3, resent_in_doubt=True)
    assert not check(replace(flagged, arrivals=(*flagged.arrivals, flagged.arrivals[0]))).violations


def test_what_nobody_was_told_of_and_nobody_can_ask_for_is_no_violation() -> None:
    never_sent = _changed(evidence(), "utterances", 0, attempts=(), can_be_asked_for=False)
    assert not check(_without(never_sent, "lines", 0)).violations


def test_evidence_of_some_is_what_concerns_them() -> None:
    good = evidence()
    ours = good.of({CUSTOMERS[0]})
    assert not check(ours).violations
    for kind in ("utterances", "replies", "arrivals", "lines", "conversations"):
        assert 2 * len(getattr(ours, kind)) == len(getattr(good, kind))


def test_what_left_by_a_reply_token_is_known_by_its_text() -> None:
    good = evidence()
    bare = replace(good.arrivals[0], message_id=None, by_reply_token=True)
    strange = replace(bare, text="who wrote this?")
    assert [each.message_id for each in named([bare, strange], good.lines)] == [
        good.arrivals[0].message_id,
        None,
    ]


def test_messages_whose_webhooks_overlapped_may_stand_in_any_order() -> None:
    good = evidence()
    meanwhile = replace(good.utterances[1], attempts=good.utterances[0].attempts)
    overlapping = replace(good, utterances=(good.utterances[0], meanwhile, *good.utterances[2:]))
    swapped = _line(_line(overlapping, 0, seq=2), 1, seq=1)
    assert not check(swapped).of("messages stand in the order of arrival")


def test_every_rule_has_a_break_that_it_catches() -> None:
    assert {rule for rule, _ in BREAKS.values()} == set(RULES)


def test_a_report_names_the_rule_and_an_example() -> None:
    told = str(check(_without(evidence(), "lines", 0)))
    assert "VIOLATED 1 times: everything said is in a transcript" in told
    assert "'message 0' (acknowledged) is in no transcript" in told


def _without(good: Evidence, kind: str, index: int) -> Evidence:
    kept = list(getattr(good, kind))
    del kept[index]
    return replace(good, **{kind: tuple(kept)})


def _changed(good: Evidence, kind: str, index: int, **changes: Any) -> Evidence:
    kept = list(getattr(good, kind))
    kept[index] = replace(kept[index], **changes)
    return replace(good, **{kind: tuple(kept)})


def _twice(good: Evidence, kind: str, index: int, **changes: Any) -> Evidence:
    kept = getattr(good, kind)
    return replace(good, **{kind: (*kept, replace(kept[index], **changes))})


def _line(good: Evidence, index: int, **changes: Any) -> Evidence:
    return _changed(good, "lines", index, **changes)


def _conversation(good: Evidence, **changes: Any) -> Evidence:
    return _changed(good, "conversations", 0, **changes)


def _recovered_late(good: Evidence) -> Evidence:
    for index, seq in ((0, 2), (1, 1)):
        good = _line(good, index, recovered=True, seq=seq)
    return good


LATER = timedelta(seconds=5)

BREAKS: dict[str, tuple[str, Break]] = {
    "a message row is dropped": (
        "everything said is in a transcript",
        lambda good: _without(good, "lines", 0),
    ),
    "a message that its provider does not list is dropped": (
        "everything said is in a transcript",
        lambda good: _changed(_without(good, "lines", 0), "utterances", 0, can_be_asked_for=False),
    ),
    "a message is stored after its webhook was answered": (
        "nothing is acknowledged before it is stored",
        lambda good: _line(good, 0, at=good.lines[0].at + LATER),
    ),
    "a message is stored twice": (
        "what is said once is stored once",
        lambda good: _twice(good, "lines", 0, provider_id="SMother", seq=9),
    ),
    "a message has another text": (
        "what is said once is stored once",
        lambda good: _line(good, 0, text="something else"),
    ),
    "two messages are swapped": (
        "messages stand in the order of arrival",
        lambda good: _line(_line(good, 0, seq=2), 1, seq=1),
    ),
    "two recovered messages are swapped": (
        "recovered messages stand in the order they were said",
        _recovered_late,
    ),
    "an accepted reply is dropped": (
        "an accepted reply is kept",
        lambda good: _without(good, "lines", 3),
    ),
    "a delivered reply never arrived": (
        "an accepted reply arrives, or its failure or doubt is shown",
        lambda good: _without(good, "arrivals", 0),
    ),
    "a reply arrives twice": (
        "nothing arrives twice without being flagged",
        lambda good: _twice(good, "arrivals", 0, position=9),
    ),
    "a reply arrives twice, as two messages": (
        "nothing arrives twice without being flagged",
        lambda good: _twice(good, "arrivals", 0, message_id="of another row"),
    ),
    "a reply is stored twice": (
        "no reply is stored twice",
        lambda good: _twice(good, "lines", 3, message_id="another"),
    ),
    "a sent reply never arrived": (
        "nothing is shown as sent that did not arrive",
        lambda good: _without(_line(good, 3, status="sent"), "arrivals", 0),
    ),
    "a failed reply arrived": (
        "nothing is shown as failed that did arrive",
        lambda good: _line(good, 3, status="failed"),
    ),
    "something arrives that nobody wrote": (
        "nothing arrives that is not in the transcript",
        lambda good: _twice(good, "arrivals", 0, message_id=None, text="who wrote this?"),
    ),
    "two replies arrive in the wrong order": (
        "replies arrive in order",
        lambda good: _changed(_changed(good, "arrivals", 0, position=1), "arrivals", 1, position=0),
    ),
    "a reply is still queued": (
        "no reply is left unconfirmed",
        lambda good: _line(good, 3, status="queued"),
    ),
    "a reply was never handed over": (
        "no reply is left unconfirmed",
        lambda good: _line(good, 3, handed_over=False),
    ),
    "a customer has two conversations": (
        "a customer has at most one running conversation",
        lambda good: _twice(good, "conversations", 0, conversation_id="another"),
    ),
    "mail is left": (
        "no mail is left",
        lambda good: _conversation(good, mail_left=1),
    ),
    "an active conversation holds no capacity": (
        "capacity is held by whom it should be",
        lambda good: _conversation(good, holds_capacity=False),
    ),
    "an active conversation has no agent": (
        "capacity is held by whom it should be",
        lambda good: _conversation(good, agent_id=None),
    ),
    "a conversation has no workflow": (
        "PostgreSQL and Temporal tell the same",
        lambda good: _conversation(good, workflow_status=None),
    ),
    "a workflow is in another state": (
        "PostgreSQL and Temporal tell the same",
        lambda good: _conversation(good, workflow_state="open"),
    ),
    "a workflow has not handled all its mail": (
        "PostgreSQL and Temporal tell the same",
        lambda good: _conversation(good, workflow_handled=2),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_caught(name: str) -> None:
    rule, broken = BREAKS[name]
    assert check(broken(evidence())).of(rule)


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNANSWERED])
def test_what_was_never_accepted_need_not_arrive(outcome: Outcome) -> None:
    good = _changed(evidence(), "replies", 0, outcome=outcome, message_id=None)
    without = _without(_without(good, "arrivals", 0), "lines", 3)
    assert not check(without).violations
