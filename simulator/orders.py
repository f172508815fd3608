"""What the control API takes and gives: orders of tests and demos, and views without secrets."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from simulator.faults import FaultPlan
from simulator.records import (
    Account,
    Customer,
    Delivery,
    Endpoint,
    Message,
    Provider,
    Template,
    WebhookAttempt,
)
from simulator.utterance import Order


class AccountOrder(Order):
    """Create or change an account."""

    provider: Provider = Provider.TWILIO
    sid: str = Field(min_length=4, max_length=64)
    auth_token: str = Field(min_length=1, max_length=128, repr=False)
    api_keys: dict[str, str] = Field(default_factory=dict, repr=False)
    parent_sid: str | None = None
    name: str = "Simulated account"

    def record(self) -> Account:
        return Account(
            provider=self.provider,
            account_id=self.sid,
            auth_token=self.auth_token,
            api_keys=self.api_keys,
            parent_id=self.parent_sid,
            name=self.name,
        )


class NumberOrder(Order):
    """Create or change a number of a business. URLs left out come from the settings."""

    provider: Provider = Provider.TWILIO
    account_sid: str
    number: str
    name: str = ""
    inbound_url: str | None = None
    status_url: str | None = None
    messaging_service_sid: str | None = None
    sandbox: bool = False
    join_code: str | None = None
    details: dict[str, str] = Field(default_factory=dict)


class CustomerOrder(Order):
    """Create or change a customer. Fields left out stay as they are."""

    provider: Provider = Provider.TWILIO
    phone: str
    """A phone number, or the user id of somebody who hides it (`US.ABC123`)."""
    user_id: str | None = None
    profile_name: str | None = None
    on_whatsapp: bool | None = None
    online: bool | None = None
    reads: Literal["auto", "manual", "never"] | None = None
    blocked: bool | None = None
    opted_out: Literal["no", "marketing", "all"] | None = None
    joined: tuple[str, ...] | None = None
    """Sandbox numbers; everything else is left."""
    details: dict[str, str] | None = None


class TemplateOrder(Order):
    """What WhatsApp decides about a template."""

    status: (
        Literal["unsubmitted", "received", "pending", "approved", "rejected", "paused", "disabled"]
        | None
    ) = None
    rejection_reason: str | None = None
    gone: bool | None = None


class ClockOrder(Order):
    """Put the clock forward, or back again."""

    advance_seconds: float = Field(ge=-366 * 86_400, le=366 * 86_400)


class ReadOrder(Order):
    """A customer looks at a chat."""

    provider: Provider = Provider.TWILIO
    business: str
    customer: str


class ThreadOrder(Order):
    """Which chat, and how much of its end."""

    provider: Provider = Provider.TWILIO
    business: str
    customer: str
    limit: int = Field(default=100, ge=1, le=1000)


class AccountView(BaseModel):
    """An account without its secrets."""

    provider: Provider
    sid: str
    parent_sid: str | None
    name: str

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        return cls(
            provider=account.provider,
            sid=account.account_id,
            parent_sid=account.parent_id,
            name=account.name,
        )


class Counts(BaseModel):
    """How much there is, and how much is on its way."""

    customers: int
    messages: int
    deliveries: int
    webhooks: int
    under_way: int


class StateView(BaseModel):
    """The world at a glance. Customers: the most recently seen ones."""

    now: datetime
    clock_offset_seconds: float
    faults: FaultPlan
    accounts: list[AccountView]
    numbers: list[Endpoint]
    customers: list[Customer]
    templates: list[Template]
    counts: Counts


class Outbox(BaseModel):
    """Deliveries in order; continue with `?after=<next_after>`."""

    deliveries: list[Delivery]
    next_after: int | None


class WebhookLog(BaseModel):
    """Attempts in order; continue with `?after=<next_after>`."""

    webhooks: list[WebhookAttempt]
    next_after: int | None


class ThreadView(BaseModel):
    """The end of one chat, oldest first."""

    messages: list[Message]
    media_types: dict[str, str]
    media_names: dict[str, str]
    window_ends_at: datetime | None
    now: datetime


class ClockView(BaseModel):
    """The simulator's time."""

    now: datetime
    offset_seconds: float


class ReadView(BaseModel):
    """How many messages turned blue."""

    read: int
