"""A domain error on its way through Temporal, and back: the one translation."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain import errors
from domain.errors import ChannelError, HoldfastError, Unavailable


def as_failure(
    error: HoldfastError, *, retry: bool = False, after: timedelta | None = None
) -> ApplicationError:
    """The error for Temporal. The type is our code; nothing else of it is matched anywhere."""
    return ApplicationError(
        str(error),
        error.details,
        type=error.code,
        non_retryable=not retry,
        next_retry_delay=after,
        # Expected while a provider is down: counted and shown by us, no stack trace in every log.
        category=ApplicationErrorCategory.BENIGN,
    )


def retryable(error: ChannelError | Unavailable) -> ApplicationError:
    """The same attempt may succeed later; the provider may have said when."""
    after = error.retry_after if isinstance(error, ChannelError) else None
    return as_failure(error, retry=True, after=after)


def as_error(failure: ApplicationError) -> HoldfastError:
    """The domain error that `as_failure` made a failure of."""
    details = failure.details[0] if failure.details and isinstance(failure.details[0], dict) else {}
    kind = _BY_CODE.get(failure.type or "", errors.Refused)
    return kind(failure.message, **details)


_BY_CODE: dict[str, type[HoldfastError]] = {
    kind.code: kind
    for kind in (
        errors.NotFound,
        errors.Refused,
        errors.WindowClosed,
        errors.NotYourConversation,
        errors.ConversationClosed,
        errors.Unavailable,
    )
}
"""What a conversation may answer an agent with."""
