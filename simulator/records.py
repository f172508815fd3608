"""What the simulated world is made of. Frozen values; provider words stay inside their fields."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """A frozen value that an older or newer data file may have written."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Provider(StrEnum):
    """Who is being stood in for."""

    TWILIO = "twilio"
    LINE = "line"
    GBM = "gbm"
    RCS = "rcs"


class Account(Record):
    """Credentials of one provider app. A sub-account has its own token and a parent."""

    provider: Provider = Provider.TWILIO
    account_id: str
    auth_token: str = Field(repr=False)
    """What signs webhooks: Twilio's auth token, LINE's channel secret, Google's client token."""
    api_keys: dict[str, str] = Field(default_factory=dict, repr=False)
    """Whatever else opens the API, by name."""
    parent_id: str | None = None
    name: str = "Simulated account"


class Endpoint(Record):
    """Something of a business that customers write to: a WhatsApp number, a LINE bot, an agent."""

    provider: Provider = Provider.TWILIO
    account_id: str
    address: str
    name: str = ""
    inbound_url: str | None = None
    status_url: str | None = None
    messaging_service_id: str | None = None
    sandbox: bool = False
    join_code: str | None = None
    details: dict[str, str] = Field(default_factory=dict)
    """Facts of one provider that have no field of their own; so have customers and messages."""


class Customer(Record):
    """A person with a phone. `address` is what the provider calls them."""

    provider: Provider = Provider.TWILIO
    address: str
    user_id: str | None = None
    """The business-scoped user id, where it is known beside the phone number."""
    profile_name: str = ""
    on_whatsapp: bool = True
    online: bool = True
    reads: Literal["auto", "manual", "never"] = "auto"
    blocked: bool = False
    opted_out: Literal["no", "marketing", "all"] = "no"
    joined: dict[str, datetime] = Field(default_factory=dict)
    """Sandbox numbers this customer joined, and when."""
    details: dict[str, str] = Field(default_factory=dict)


class Media(Record):
    """A file that came with a message; the bytes lie on the shelf."""

    media_id: str
    message_id: str
    account_id: str
    content_type: str
    size: int
    file_name: str | None = None
    created_at: datetime


class Action(Record):
    """Something a customer can tap under a message."""

    kind: Literal["button", "row", "link", "phone"]
    title: str
    action_id: str = ""
    description: str = ""
    url: str | None = None


class ShownCard(Record):
    """A picture with words, and what can be tapped on it."""

    title: str = ""
    text: str = ""
    url: str | None = None
    """Of the picture; it is among the message's `media_urls` too."""
    actions: tuple[Action, ...] = ()


class Message(Record):
    """One message, either way, with what became of it."""

    message_id: str
    provider: Provider = Provider.TWILIO
    account_id: str
    direction: Literal["inbound", "outbound", "notice"]
    """A notice is the provider's own word to the customer; no API lists it."""
    business: str
    customer: str
    kind: str = "text"
    text: str = ""
    media: tuple[str, ...] = ()
    media_urls: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    label: str | None = None
    actions: tuple[Action, ...] = ()
    cards: tuple[ShownCard, ...] = ()
    reply_to: str | None = None
    template_id: str | None = None
    status: str
    error_code: int | None = None
    callback_url: str | None = None
    messaging_service_id: str | None = None
    via: Literal["api", "reply"] = "api"
    created_at: datetime
    sent_at: datetime | None = None
    updated_at: datetime
    addressed_as: str | None = None
    """How the application addressed the customer, where that is not their main address."""
    seen: bool = False
    """Inbound: the business showed that it read this."""
    outcome: str | None = None
    """Inbound: what became of the webhook."""
    details: dict[str, str] = Field(default_factory=dict)


class Delivery(Record):
    """A message that really reached a customer's phone. The independent record of what was sent."""

    position: int
    message_id: str
    provider: Provider = Provider.TWILIO
    business: str
    customer: str
    kind: str
    text: str
    media_count: int = 0
    template_id: str | None = None
    callback_url: str | None = None
    via: Literal["api", "reply"] = "api"
    delivered_at: datetime
    details: dict[str, str] = Field(default_factory=dict)


class WebhookAttempt(Record):
    """One request of the simulator to the application, and what came of it."""

    position: int
    purpose: Literal["inbound", "status"]
    message_id: str
    status: str | None = None
    url: str
    attempt: int
    started_at: datetime
    duration_ms: int = 0
    status_code: int | None = None
    content_type: str | None = None
    answer: str = ""
    error: str | None = None
    alert: str | None = None
    """What the provider's debugger would complain about."""


class Template(Record):
    """A piece of content, and whether WhatsApp approved it as a template."""

    template_id: str
    account_id: str
    """Empty for the seeded ones: they belong to every account."""
    name: str
    language: str
    types: dict[str, dict[str, Any]]
    variables: dict[str, str] = Field(default_factory=dict)
    status: str = "unsubmitted"
    category: str = ""
    approval_name: str = ""
    rejection_reason: str = ""
    submitted_at: datetime | None = None
    gone: bool = False
    """Deleted at WhatsApp: still listed here as approved, yet every send of it fails."""
    created_at: datetime
    updated_at: datetime
