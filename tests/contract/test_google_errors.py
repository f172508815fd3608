"""What Google's codes mean, in a refused request and in a report alike."""

import pytest

from channels.google.errors import BUSINESS_MESSAGES, RCS, Table, explain
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
