"""Twilio's error codes: each has one deliberate meaning."""

import json
from datetime import timedelta

import pytest

from channels.twilio import errors
from channels.twilio.errors import ERRORS, explain, rejection
from domain import errors as domain_errors
from domain.conversations import MailKind
from domain.errors import ChannelError
from tests.contract import twilio_samples as twilio

EXPECTED: dict[str, list[int]] = json.loads((twilio.PAYLOADS / "error_codes.json").read_text())
NOT_OURS = EXPECTED.pop("not about a message of ours")
CASES = [(code, name) for name, codes in EXPECTED.items() for code in codes]


@pytest.mark.parametrize(("code", "name"), CASES)
def test_each_code_means_what_was_decided(code: int, name: str) -> None:
    explanation = explain(str(code), {})
    assert explanation.error_class is getattr(domain_errors, name)
    assert explanation.needs_operator is explanation.error_class.needs_operator
    assert explanation.advice.endswith(".")


def test_the_table_and_the_decisions_name_the_same_codes() -> None:
    assert set(ERRORS) == {code for code, _ in CASES}
    assert not set(ERRORS) & set(NOT_OURS)


def test_no_code_is_listed_twice() -> None:
    parts = (errors._RECIPIENT, errors._CONTENT, errors._ACCOUNT, errors._TEMPORARY)
    assert sum(map(len, parts)) == len(ERRORS) == len({code for code, _ in CASES})


def test_only_the_window_and_opt_outs_are_mail_for_the_conversation() -> None:
    mail = {code: rule.mail for code, rule in ERRORS.items() if rule.mail}
    assert mail == {
        63016: MailKind.WINDOW_REFUSED,
        21610: MailKind.CUSTOMER_OPTED_OUT,
        63014: MailKind.CUSTOMER_OPTED_OUT,
        63033: MailKind.CUSTOMER_OPTED_OUT,
    }


def test_what_is_limited_says_how_long_to_wait() -> None:
    limited = [rule for rule in ERRORS.values() if rule.error is domain_errors.RateLimited]
    assert limited
    assert all(rule.retry_after for rule in limited)


def test_the_sandbox_is_explained_with_its_join_words() -> None:
    settings = {"sandbox": "true", "sandbox_join_code": "join plain-tiger"}
    assert '"join plain-tiger"' in explain("63015", settings).advice
    assert "join words" in explain("63015", {}).advice
    assert "plain-tiger" not in explain("63016", settings).advice


def test_an_unknown_code_is_named_so_that_it_can_be_looked_up() -> None:
    assert "63999" in explain("63999", {}).advice


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "63016", domain_errors.OutsideServiceWindow),
        (400, "99999", domain_errors.ContentRejected),
        (400, None, domain_errors.ContentRejected),
        (401, "20003", domain_errors.AccountRejected),
        (401, None, domain_errors.AccountRejected),
        (403, None, domain_errors.AccountRejected),
        (404, None, domain_errors.AccountRejected),
        (408, None, domain_errors.OutcomeUnknown),
        (429, "20429", domain_errors.RateLimited),
        (429, None, domain_errors.RateLimited),
        (429, "63038", domain_errors.RateLimited),
        (307, None, domain_errors.AccountRejected),
        (500, "21211", domain_errors.OutcomeUnknown),
        (503, "20503", domain_errors.OutcomeUnknown),
        (599, None, domain_errors.OutcomeUnknown),
    ],
)
def test_an_answer_becomes_an_error_by_its_code_then_by_its_status(
    status: int, code: str | None, expected: type[ChannelError]
) -> None:
    error = rejection(status, code, {})
    assert type(error) is expected
    assert error.provider_code == (code or f"http_{status}")


def test_the_providers_own_pause_wins_over_ours() -> None:
    assert rejection(429, "20429", {}, timedelta(seconds=30)).retry_after == timedelta(seconds=30)
    assert rejection(429, "20429", {}).retry_after == timedelta(seconds=1)
