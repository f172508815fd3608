"""Twilio's error codes (https://www.twilio.com/docs/api/errors) in our words: one table.

The same code means the same in a refused request and in a status callback.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from channels.base import Explanation
from channels.error_rules import ErrorRule
from channels.twilio import account
from domain.conversations import MailKind
from domain.errors import (
    AccountRejected,
    ChannelError,
    ContentRejected,
    OutcomeUnknown,
    OutsideServiceWindow,
    ProviderUnavailable,
    RateLimited,
    RecipientOptedOut,
    RecipientUnreachable,
    TemplateRejected,
)

NOT_IN_SANDBOX: Final = 63015


def _rule(
    error: type[ChannelError],
    advice: str,
    *codes: int,
    mail: MailKind | None = None,
    seconds: int | None = None,
) -> dict[int, ErrorRule]:
    pause = None if seconds is None else timedelta(seconds=seconds)
    return dict.fromkeys(codes, ErrorRule(error=error, advice=advice, mail=mail, retry_after=pause))


_RECIPIENT: Final = {
    **_rule(
        RecipientUnreachable,
        "This address is not on WhatsApp. Check it with the customer.",
        *(21211, 21614, 63003, 63024, 63107),
    ),
    **_rule(
        RecipientUnreachable,
        "The customer cannot be reached there now. Try another channel.",
        *(21612, 30003, 30004, 30005, 30006, 63032, 63035, 63036, 63106, 63108),
    ),
    **_rule(
        RecipientUnreachable,
        "Sender and recipient do not fit: same number, or another channel.",
        *(21910, 63031),
    ),
    **_rule(
        RecipientUnreachable,
        "The account may not write to this customer's country. An operator can allow it at Twilio.",
        21408,
    ),
    **_rule(
        RecipientUnreachable,
        "A Twilio trial account writes only to numbers verified there. Verify it or upgrade.",
        21608,
    ),
    **_rule(
        RecipientUnreachable,
        "The customer has not joined the sandbox: they must first send its join words.",
        NOT_IN_SANDBOX,
    ),
    **_rule(
        RecipientOptedOut,
        "The customer blocked us or asked us to stop. Do not write until they write again.",
        *(21610, 63014, 63033),
        mail=MailKind.CUSTOMER_OPTED_OUT,
    ),
}
_CONTENT: Final = {
    **_rule(
        OutsideServiceWindow,
        "More than 24 hours have passed since the customer wrote. Send an approved template.",
        63016,
        mail=MailKind.WINDOW_REFUSED,
    ),
    **_rule(ContentRejected, "The message is empty.", 21602, 21619),
    **_rule(ContentRejected, "The text is too long for one message. Shorten it.", 21617, 21658),
    **_rule(
        ContentRejected,
        "WhatsApp does not take this content. Change it and send it again.",
        *(20422, 63005, 63006, 63011, 63021, 63025, 63030, 63100, 63105),
    ),
    **_rule(
        ContentRejected,
        "The file cannot travel: too large, of a type WhatsApp does not take, or one too many.",
        *(21623, 63034),
    ),
    **_rule(
        ContentRejected,
        "Twilio does not accept the file's address. An operator should check the public URL.",
        21620,
    ),
    **_rule(
        ContentRejected,
        "Refused as spam or against WhatsApp's policy. Do not repeat it; ask a supervisor.",
        *(30007, 63013, 63026),
    ),
    **_rule(
        ContentRejected,
        "WhatsApp chose not to deliver this marketing message today. Do not repeat it today.",
        63049,
    ),
    **_rule(
        TemplateRejected,
        "This template cannot be used now: missing in this language, rejected, paused or disabled.",
        *(21655, 63027, 63029, 63040, 63041, 63042),
    ),
    **_rule(
        TemplateRejected,
        "The template's variables do not fit. Fill in each one, without line breaks.",
        *(21656, 63028),
    ),
    **_rule(
        TemplateRejected,
        "Twilio wants a template here. A trial account cannot send free text.",
        21654,
    ),
    **_rule(
        TemplateRejected,
        "WhatsApp could not fetch the template's sample file. An operator should submit it again.",
        *(63043, 63044, 63045, 63047),
    ),
}
_ACCOUNT: Final = {
    **_rule(
        AccountRejected,
        "Twilio refuses the account: check its SID, its auth token or API key, and its status.",
        *(10001, 20003, 20005, 20404, 30002, 63001),
    ),
    **_rule(
        AccountRejected,
        "Twilio does not know this sender. Check the endpoint's address and the messaging service.",
        *(21606, 21703, 63002, 63007, 63109, 63111),
    ),
    **_rule(
        AccountRejected,
        "Something is wrong with the WhatsApp sender. Look at it in Twilio's and Meta's consoles.",
        *(63008, 63020, 63022, 63023, 63051, 63101, 63102, 63103, 63112),
    ),
    **_rule(
        AccountRejected,
        "Twilio does not accept the address for status reports. Check HOLDFAST_PUBLIC_URL.",
        21609,
    ),
}
_TEMPORARY: Final = {
    **_rule(RateLimited, "Too many requests. Holdfast sends more slowly.", 20429, seconds=1),
    # WhatsApp takes about one message in 6 seconds to the same person.
    **_rule(RateLimited, "Too many messages at once. Holdfast waits.", 63017, 63018, seconds=6),
    **_rule(
        RateLimited,
        "Twilio's queue for this sender is full. Holdfast waits.",
        *(14107, 21611, 30001, 30036, 63039),
        seconds=60,
    ),
    **_rule(
        RateLimited,
        "The account has reached its daily limit. Messages wait until it is lifted.",
        63038,
        seconds=3600,
    ),
    **_rule(
        ProviderUnavailable,
        "Delivery failed at WhatsApp, not because of the message. Send it again.",
        *(30008, 63009, 63010, 63012),
    ),
    **_rule(
        ProviderUnavailable,
        "Twilio could not fetch the file. Send it again; should it go on, check the public URL.",
        63019,
    ),
    **_rule(
        OutcomeUnknown,
        "Twilio had trouble and may yet deliver it. Holdfast finds out before sending again.",
        *(20500, 20503, 30410, 63037),
    ),
}
ERRORS: Final[dict[int, ErrorRule]] = {**_RECIPIENT, **_CONTENT, **_ACCOUNT, **_TEMPORARY}

_BY_STATUS: Final = {
    **_rule(
        AccountRejected, "Twilio refuses the account: check its SID and its secrets.", 401, 403, 404
    ),
    **_rule(OutcomeUnknown, "Twilio did not answer in time. Holdfast finds out what happened.", 408),
    **_rule(RateLimited, "Too many requests. Holdfast sends more slowly.", 429, seconds=1),
}
_REDIRECTED: Final = ErrorRule(
    error=AccountRejected, advice="The provider's address answers with a redirect. Check the API URL."
)
_BROKEN: Final = ErrorRule(
    error=OutcomeUnknown, advice="Twilio had an error. Holdfast finds out before sending again."
)
_UNKNOWN: Final = ErrorRule(error=ContentRejected, advice="WhatsApp did not take this message.")


def explain(code: str, settings: Mapping[str, str]) -> Explanation:
    """What a code means under these account settings; an unknown code gets a general answer."""
    rule = ERRORS.get(_number(code), _UNKNOWN)
    return rule.explained(_advice(code, rule, settings))


def rejection(
    status: int, code: str | None, settings: Mapping[str, str], retry_after: timedelta | None = None
) -> ChannelError:
    """The error of an answer that is not 2xx."""
    rule = _rule_for(status, code)
    advice = _advice(code, rule, settings)
    return rule.rejection(code or f"http_{status}", pause=retry_after, advice=advice)


def _rule_for(status: int, code: str | None) -> ErrorRule:
    # A 5xx says that something broke, not that nothing was done, whatever code comes with it.
    if status >= 500:  # noqa: PLR2004 - HTTP
        return _BROKEN
    if status < 400:  # noqa: PLR2004 - HTTP
        return _REDIRECTED
    return ERRORS.get(_number(code)) or _BY_STATUS.get(status, _UNKNOWN)


def _advice(code: str | None, rule: ErrorRule, settings: Mapping[str, str]) -> str:
    words = settings.get("sandbox_join_code")
    if code == str(NOT_IN_SANDBOX) and words and account.is_sandbox(settings):
        return f'The customer has not joined the sandbox: they must first send "{words}" to it.'
    return f"{rule.advice} (Twilio error {code})" if rule is _UNKNOWN and code else rule.advice


def _number(code: str | None) -> int:
    return int(code) if code and code.isascii() and code.isdigit() and len(code) < 10 else 0  # noqa: PLR2004
