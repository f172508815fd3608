"""Everything that can go wrong, in our own words. An error says what happened and what to do."""

from datetime import timedelta


class HoldfastError(Exception):
    """The root. `code` is stable and part of the API; the message is for people."""

    code = "error"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details


# -- what a caller may not do --------------------------------------------------------------------


class NotFound(HoldfastError):
    """No such thing, or none this caller may see."""

    code = "not_found"


class Conflict(HoldfastError):
    """The request is right, but not in the present state."""

    code = "conflict"


class StillInUse(Conflict):
    """Refused because running conversations depend on it."""

    code = "still_in_use"


class StaleVersion(HoldfastError):
    """Somebody else changed it first."""

    code = "stale_version"


class InvalidInput(HoldfastError):
    """The request cannot be right in any state."""

    code = "invalid_input"


class NotSignedIn(HoldfastError):
    """No caller, or none we know."""

    code = "not_signed_in"


class NotAllowed(HoldfastError):
    """A caller we know, asking for what their scopes do not cover."""

    code = "not_allowed"


class TooManyRequests(HoldfastError):
    """Slow down; `retry_after` says how long."""

    code = "too_many_requests"

    def __init__(self, message: str, retry_after: timedelta) -> None:
        super().__init__(message, retry_after=retry_after.total_seconds())
        self.retry_after = retry_after


class Unavailable(HoldfastError):
    """A part of ours is down. Nothing was changed; try again."""

    code = "unavailable"


class InvalidSignature(HoldfastError):
    """A webhook that the provider did not sign. The caller learns nothing more."""

    code = "invalid_signature"


class UnreadableWebhook(HoldfastError):
    """Correctly signed, but not something we can read."""

    code = "unreadable_webhook"


# -- what the conversation refuses ---------------------------------------------------------------


class Refused(Conflict):
    """The conversation does not allow this now."""

    code = "refused"


class WindowClosed(Refused):
    """The service window is over: only an approved template may leave."""

    code = "window_closed"


class NotYourConversation(Refused):
    """Another agent has it, or nobody has."""

    code = "not_your_conversation"


class NobodyThere(Refused):
    """It is outside the hours in which chats begin."""

    code = "nobody_there"


class ChatEnded(Refused):
    """Nothing more can be said in this chat; the customer may start a new one."""

    code = "chat_ended"


class ConversationClosed(Refused):
    """Closed is final; a new message of the customer starts a new conversation."""

    code = "conversation_closed"


# -- what a provider says ------------------------------------------------------------------------


class ChannelError(HoldfastError):
    """A provider did not take a message.

    `retryable`: would the same request succeed later? `outcome_known`: are we sure that the
    provider did not take it? If not, the doubt is resolved before anything is sent again.
    `needs_operator`: it will not heal by itself; raise an alarm and keep the message.
    """

    code = "channel_error"
    retryable = False
    outcome_known = True
    needs_operator = False

    def __init__(
        self, message: str, *, provider_code: str | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, provider_code=provider_code)
        self.provider_code = provider_code
        self.retry_after = retry_after


class ProviderUnavailable(ChannelError):
    """The provider was not reached at all."""

    code = "provider_unavailable"
    retryable = True


class OutcomeUnknown(ChannelError):
    """The request went out and no answer came back: it may or may not have been taken."""

    code = "outcome_unknown"
    retryable = True
    outcome_known = False


class LookupNotOffered(ChannelError):
    """The provider cannot be asked what it took, and takes no key: the doubt cannot be resolved."""

    code = "lookup_not_offered"


class RateLimited(ChannelError):
    """Too fast for the provider."""

    code = "rate_limited"
    retryable = True


class AccountRejected(ChannelError):
    """Credentials or set-up are wrong. Messages wait until somebody repairs the account."""

    code = "account_rejected"
    retryable = True
    needs_operator = True


class ContentRejected(ChannelError):
    """The provider will never take this content."""

    code = "content_rejected"


class TemplateRejected(ChannelError):
    """The template is missing, paused, disabled, or its variables do not fit."""

    code = "template_rejected"


class RecipientUnreachable(ChannelError):
    """No such person on this channel."""

    code = "recipient_unreachable"


class RecipientOptedOut(ChannelError):
    """The customer blocked us or asked us to stop."""

    code = "recipient_opted_out"


class OutsideServiceWindow(ChannelError):
    """The provider refused free text because the service window is over."""

    code = "outside_service_window"


class MediaRefused(HoldfastError):
    """A file we will not keep: too large, of a forbidden type, or from a forbidden address."""

    code = "media_refused"


class MediaUnavailable(HoldfastError):
    """A file could not be fetched now; trying again may help."""

    code = "media_unavailable"


class ConfigurationError(Exception):
    """Holdfast cannot start like this. Deliberately not a HoldfastError: nobody may swallow it."""
