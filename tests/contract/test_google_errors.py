"""What Google's codes mean, in a refused request and in a report alike."""

import pytest

from channels.exchange import Answer
from channels.google.errors import BUSINESS_MESSAGES, RCS, Table, explain, rejection
from domain.errors import (
    AccountRejected,
    ChannelError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    RecipientUnreachable,
)

BOTH = [BUSINESS_MESSAGES, RCS]


@pytest.mark.parametrize("table", BOTH, ids=["business_messages", "rcs"])
@pytest.mark.parametrize(
    ("name", "status", "expected"),
    [
        ("INVALID_ARGUMENT", 400, ContentRejected),
        ("UNAUTHENTICATED", 401, AccountRejected),
        ("NOT_FOUND", 404, RecipientUnreachable),
        ("DEADLINE_EXCEEDED", 408, OutcomeUnknown),
        ("RESOURCE_EXHAUSTED", 429, RateLimited),
    ],
)
def test_a_name_and_its_status_mean_the_same(
    table: Table, name: str, status: int, expected: type[ChannelError]
) -> None:
    assert explain(name, table) == explain(f"http_{status}", table) == explain(str(status), table)
    assert explain(name, table).error_class is expected


@pytest.mark.parametrize("table", BOTH, ids=["business_messages", "rcs"])
@pytest.mark.parametrize("status", [302, 400, 401, 404, 408, 418, 429, 500, 503, 599])
def test_a_status_means_the_same_in_an_answer_and_when_it_is_explained(
    table: Table, status: int
) -> None:
    explained = explain(f"http_{status}", table)
    error = rejection(Answer(status=status), table)
    assert explained.error_class is type(error)
    assert str(error).startswith(explained.advice)


def test_who_is_denied_is_the_recipient_there_and_the_account_here() -> None:
    there, here = (explain("PERMISSION_DENIED", table) for table in BOTH)
    assert (there.error_class, there.needs_operator) == (RecipientUnreachable, False)
    assert (here.error_class, here.needs_operator) == (AccountRejected, True)


@pytest.mark.parametrize("table", BOTH, ids=["business_messages", "rcs"])
def test_every_advice_is_a_sentence(table: Table) -> None:
    for code in table:
        advice = explain(code, table).advice
        assert advice[0].isupper()
        assert advice.endswith(".")
