"""A provider's call as it came, what was in it, and what the provider wants to hear."""

from pydantic import Field

from domain.customer_events import InboundEvent
from domain.values import Value


class WebhookRequest(Value):
    """A provider's HTTP request, as the provider made it.

    `url` is the public address with path and query exactly as sent: some providers sign it.
    `headers` have lower-case names.
    """

    method: str
    url: str
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    body: bytes = Field(default=b"", repr=False)


class WebhookAnswer(Value):
    """What a provider takes for success."""

    status: int = 200
    content_type: str = "text/plain"
    body: str = ""


class Unreadable(Value):
    """One event of a webhook that we cannot file: no id, no sender, or not what its type promises."""

    raw: bytes = Field(repr=False)
    why: str


class Parsed(Value):
    """What a webhook carried. One broken event never costs its neighbours."""

    events: tuple[InboundEvent, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
