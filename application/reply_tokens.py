"""A reply token comes with a message, but is not part of what anybody is shown of it."""

from typing import Final

from domain.messages import MessageReceived

REPLY_TOKEN: Final = "reply_token"  # noqa: S105 - the name of a detail


def without_reply_token(event: MessageReceived) -> tuple[MessageReceived, str | None]:
    """The message as it is kept, and the token that came with it."""
    token = event.details.get(REPLY_TOKEN)
    if token is None:
        return event, None
    details = {name: value for name, value in event.details.items() if name != REPLY_TOKEN}
    return event.model_copy(update={"details": details}), token
