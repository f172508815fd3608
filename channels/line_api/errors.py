"""LINE's errors in our words: one table.

LINE has no error codes, only HTTP statuses and sentences; the codes here are ours
(https://developers.line.biz/en/reference/messaging-api/#error-responses).
"""

import re
from datetime import timedelta
from typing import Final

from channels.base import Explanation
from channels.error_rules import ErrorRule
from channels.exchange import Answer
from domain.errors import (
    AccountRejected,
    ChannelError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    RecipientUnreachable,
)

INVALID_REPLY_TOKEN: Final = "invalid_reply_token"  # noqa: S105 - a code
MONTHLY_LIMIT: Final = "monthly_limit"
NO_SUCH_RECIPIENT: Final = "no_such_recipient"
# The same key makes it the same request, so there is nothing to wait for but LINE itself.
REPEAT_AFTER_ERROR: Final = timedelta(seconds=1)
# Where LINE's sentence says more than its status.
_SENTENCES: Final = (
    (400, re.compile(r"invalid reply token", re.IGNORECASE), INVALID_REPLY_TOKEN),
    (400, re.compile(r"failed to send messages?|property, '?to'?", re.IGNORECASE), NO_SUCH_RECIPIENT),
    (429, re.compile(r"monthly limit", re.IGNORECASE), MONTHLY_LIMIT),
)
# Where in the request LINE saw a mistake: `messages[0].text`. Never its value.
_PROPERTY: Final = re.compile(r"[\w.\[\]]{1,60}")


_REFUSED_ACCOUNT: Final = ErrorRule(
    error=AccountRejected,
    advice="LINE refuses the account: check the channel's ID, its secret and its access token.",
)
ERRORS: Final = {
    MONTHLY_LIMIT: ErrorRule(
        error=AccountRejected,
        advice="The LINE account has sent its messages of this month. Raise its plan or its limit: "
        "messages wait up to 24 hours, then fail. What customers write still arrives.",
    ),
    NO_SUCH_RECIPIENT: ErrorRule(
        error=RecipientUnreachable,
        advice="LINE does not know this person, or not for this bot. They must write or add it first.",
    ),
    INVALID_REPLY_TOKEN: ErrorRule(
        error=ContentRejected, advice="The time to answer for free is over. Send it again."
    ),
    "http_401": _REFUSED_ACCOUNT,
    "http_403": ErrorRule(
        error=AccountRejected,
        advice="LINE does not allow this to the account: look at its plan and its permissions.",
    ),
    "http_404": ErrorRule(
        error=AccountRejected,
        advice="LINE does not know what was asked for. Check the API's address.",
    ),
    "http_408": ErrorRule(
        error=OutcomeUnknown,
        advice="LINE did not answer in time. Holdfast asks again.",
        retry_after=REPEAT_AFTER_ERROR,
    ),
    "http_413": ErrorRule(error=ContentRejected, advice="The message is too large for LINE."),
    "http_429": ErrorRule(
        error=RateLimited,
        advice="Too many requests. Holdfast sends more slowly.",
        retry_after=timedelta(seconds=1),
    ),
}
_BROKEN: Final = ErrorRule(
    error=OutcomeUnknown,
    advice="LINE had an error. Holdfast asks again.",
    retry_after=REPEAT_AFTER_ERROR,
)
_REDIRECTED: Final = ErrorRule(
    error=AccountRejected, advice="LINE's address answers with a redirect. Check the API's address."
)
_UNKNOWN: Final = ErrorRule(error=ContentRejected, advice="LINE did not take this message.")


def explain(code: str) -> Explanation:
    """What a code means; an unknown one gets a general answer."""
    return _rule_for(code).explained()


def rejection(answer: Answer) -> ChannelError:
    """The error of an answer that is not a success."""
    code = code_of(answer)
    rule = _rule_for(code)
    advice = rule.advice + _place_of(answer) if rule is _UNKNOWN else rule.advice
    return rule.rejection(code, pause=answer.retry_after, advice=advice)


def code_of(answer: Answer) -> str:
    """Our name for an answer."""
    said = str(answer.fields.get("message", ""))
    for status, sentence, code in _SENTENCES:
        if answer.status == status and sentence.search(said):
            return code
    return f"http_{answer.status}"


def _rule_for(code: str) -> ErrorRule:
    if re.fullmatch(r"http_5\d\d", code):
        return _BROKEN
    if re.fullmatch(r"http_[123]\d\d", code):
        return _REDIRECTED
    return ERRORS.get(code, _UNKNOWN)


def _place_of(answer: Answer) -> str:
    details = answer.fields.get("details")
    first = details[0] if isinstance(details, list) and details else None
    place = str(first.get("property", "")) if isinstance(first, dict) else ""
    return f" It complains about {place}." if _PROPERTY.fullmatch(place) else ""
