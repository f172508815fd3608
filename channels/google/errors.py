"""Google's error codes (https://cloud.google.com/apis/design/errors) in our words: a table per API.

`code` is the canonical name, such as NOT_FOUND, or http_404 where Google's answer names none.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, TypeAlias

from channels.base import Explanation
from channels.error_rules import ErrorRule
from channels.exchange import Answer
from channels.google import bodies
from domain.errors import (
    AccountRejected,
    ChannelError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    RecipientUnreachable,
)

Table: TypeAlias = Mapping[str, ErrorRule]

_ACCOUNT: Final = ErrorRule(
    error=AccountRejected,
    advice="Google refuses the service account: check its key file, and that it belongs to the "
    "project in which this API is enabled.",
)
_TOO_FAST: Final = ErrorRule(
    error=RateLimited,
    advice="Too many requests for Google. Holdfast sends more slowly.",
    retry_after=timedelta(seconds=1),
)
_BROKEN: Final = ErrorRule(
    error=OutcomeUnknown,
    advice="Google had an error. Holdfast sends it again under the same name.",
    retry_after=timedelta(0),
)
_REDIRECTED: Final = ErrorRule(
    error=AccountRejected, advice="Google's address answers with a redirect. Check the API URL."
)
_CONTENT: Final = ErrorRule(
    error=ContentRejected, advice="Google does not take this content. Change it and send it again."
)
UNKNOWN: Final = ErrorRule(error=ContentRejected, advice="Google did not take this message.")
_SHARED: Final[Table] = {
    "INVALID_ARGUMENT": _CONTENT,
    "FAILED_PRECONDITION": _CONTENT,
    "OUT_OF_RANGE": _CONTENT,
    "UNAUTHENTICATED": _ACCOUNT,
    "RESOURCE_EXHAUSTED": _TOO_FAST,
    **dict.fromkeys(("ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE"), _BROKEN),
    **dict.fromkeys(("UNKNOWN", "DATA_LOSS"), _BROKEN),
}
BUSINESS_MESSAGES: Final[Table] = {
    **_SHARED,
    "PERMISSION_DENIED": ErrorRule(
        error=RecipientUnreachable,
        advice="Google does not let this agent write into this conversation: it is unknown, older "
        "than 30 days, or another agent's.",
    ),
    "NOT_FOUND": ErrorRule(
        error=RecipientUnreachable, advice="Google does not know this conversation any more."
    ),
}
TTL_REVOKED: Final = "TTL_EXPIRATION_REVOKED"
TTL_REVOKE_FAILED: Final = "TTL_EXPIRATION_REVOKE_FAILED"
RCS: Final[Table] = {
    **_SHARED,
    "PERMISSION_DENIED": ErrorRule(
        error=AccountRejected,
        advice="Google does not let this service account send for this agent: check the agent's id, "
        "its region, and that it is launched.",
    ),
    "NOT_FOUND": ErrorRule(
        error=RecipientUnreachable,
        advice="This number cannot be reached over RCS, or the agent is not launched on its network. "
        "Try another channel.",
    ),
    TTL_REVOKED: ErrorRule(
        error=RecipientUnreachable,
        advice="Not delivered in time, and taken back. Try another channel.",
    ),
    TTL_REVOKE_FAILED: ErrorRule(
        error=RecipientUnreachable,
        advice="Not delivered in time, and Google could not take it back: it may still arrive. "
        "Do not repeat it on another channel without asking.",
    ),
}
_BY_STATUS: Final[Mapping[int, str]] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
}
_STATUS: Final = re.compile(r"(?:http_)?([1-5]\d\d)", re.ASCII)
# Reasons that Google gives with PERMISSION_DENIED when it is about the project, not the recipient
# (https://cloud.google.com/resource-manager/docs/reference/rest/Shared.Types/ErrorReason).
_ACCOUNT_REASONS: Final = frozenset(
    {
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "ACCOUNT_STATE_INVALID",
        "BILLING_DISABLED",
        "CONSUMER_INVALID",
        "CONSUMER_SUSPENDED",
        "IAM_PERMISSION_DENIED",
        "SERVICE_DISABLED",
        "USER_PROJECT_DENIED",
    }
)


def explain(code: str, table: Table) -> Explanation:
    """What a code means; an unknown one gets a general answer."""
    return _rule(table, code).explained()


def rejection(answer: Answer, table: Table) -> ChannelError:
    """The error of an answer that is not 2xx: {"error": {"code": 404, "status": "NOT_FOUND"}}."""
    rule, code = _rule_for(answer, table), code_of(answer)
    advice = f"{rule.advice} (Google error {code})" if rule is UNKNOWN else rule.advice
    return rule.rejection(code or f"http_{answer.status}", pause=answer.retry_after, advice=advice)


def code_of(answer: Answer) -> str:
    """Google's own name of an error, or ""."""
    name = bodies.of(answer).child("error").text("status", limit=40)
    return name if name.isascii() and name.isupper() else ""


def _rule_for(answer: Answer, table: Table) -> ErrorRule:
    by_status = _of_status(table, answer.status)
    if not 400 <= answer.status < 500:  # noqa: PLR2004 - HTTP: whatever code comes with it
        return by_status
    if not _ACCOUNT_REASONS.isdisjoint(_reasons(answer)):
        return _ACCOUNT
    return table.get(code_of(answer)) or by_status


def _reasons(answer: Answer) -> set[str]:
    return {detail.text("reason") for detail in bodies.of(answer).child("error").children("details")}


def _rule(table: Table, code: str) -> ErrorRule:
    status = _STATUS.fullmatch(code)
    return _of_status(table, int(status[1])) if status else table.get(code, UNKNOWN)


def _of_status(table: Table, status: int) -> ErrorRule:
    # A 5xx says that something broke, not that nothing was done.
    if status >= 500:  # noqa: PLR2004 - HTTP
        return _BROKEN
    if status < 400:  # noqa: PLR2004 - HTTP
        return _REDIRECTED
    return table.get(_BY_STATUS.get(status, ""), UNKNOWN)
