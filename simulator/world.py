"""The state of the simulated world. Every collection is bounded; the oldest entries go first."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from pydantic import Field

from simulator.records import (
    Account,
    Customer,
    Delivery,
    Endpoint,
    Media,
    Message,
    Record,
    Template,
    WebhookAttempt,
)
from simulator.settings import SimulatorSettings
from simulator.shelf import MediaShelf


class Window(Record):
    """When a customer last wrote to a business."""

    business: str
    customer: str
    last_written_at: datetime


class Snapshot(Record):
    """The world as it is kept on disk."""

    clock_offset: timedelta = timedelta()
    accounts: list[Account] = Field(default_factory=list)
    endpoints: list[Endpoint] = Field(default_factory=list)
    customers: list[Customer] = Field(default_factory=list)
    templates: list[Template] = Field(default_factory=list)
    messages: list[Message] = Field(default_factory=list)
    media: list[Media] = Field(default_factory=list)
    windows: list[Window] = Field(default_factory=list)
    deliveries: list[Delivery] = Field(default_factory=list)
    next_position: int = 1


class World:
    """Accounts, endpoints, customers, messages, and the record of what was really delivered."""

    def __init__(self, settings: SimulatorSettings, shelf: MediaShelf) -> None:
        self._settings = settings
        self.shelf = shelf
        self.revision = 0
        self._empty()

    def _empty(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.templates: dict[str, Template] = {}
        self.customers: OrderedDict[str, Customer] = OrderedDict()
        self.deliveries: deque[Delivery] = deque(maxlen=self._settings.max_deliveries)
        self.attempts: deque[WebhookAttempt] = deque(maxlen=self._settings.max_attempts)
        self._messages: OrderedDict[str, Message] = OrderedDict()
        self._threads: dict[tuple[str, str], deque[str]] = {}
        self._windows: dict[tuple[str, str], datetime] = {}
        self._next_position = 1
        self.revision += 1

    @property
    def message_count(self) -> int:
        return len(self._messages)

    def reset(self) -> None:
        self.shelf.clear()
        self._empty()

    def next_position(self) -> int:
        self._next_position += 1
        return self._next_position - 1

    def save_account(self, account: Account) -> None:
        self.accounts[account.account_id] = account
        self.revision += 1

    def save_endpoint(self, endpoint: Endpoint) -> None:
        self.endpoints[endpoint.address] = endpoint
        self.revision += 1

    def save_template(self, template: Template) -> None:
        self.templates[template.template_id] = template
        self.revision += 1

    def drop_template(self, template_id: str) -> None:
        self.templates.pop(template_id, None)
        self.revision += 1

    def save_customer(self, customer: Customer) -> None:
        self.customers[customer.address] = customer
        while len(self.customers) > self._settings.max_customers:
            self.customers.popitem(last=False)
        self.revision += 1

    def find_customer(self, address: str) -> Customer | None:
        """By address, or by the user id of somebody whose phone number is known too."""
        known = self.customers.get(address)
        if known is not None or "." not in address:
            return known
        return next((c for c in self.customers.values() if c.user_id == address), None)

    def save_message(self, message: Message) -> None:
        if message.message_id not in self._messages:
            thread = self._threads.setdefault((message.business, message.customer), deque())
            thread.append(message.message_id)
        self._messages[message.message_id] = message
        while len(self._messages) > self._settings.max_messages:
            self.drop_message(next(iter(self._messages)))
        self.revision += 1

    def amend_message(self, message_id: str, **changes: Any) -> Message:  # noqa: ANN401  (fields of Message)
        message = self._messages[message_id].model_copy(update=changes)
        self.save_message(message)
        return message

    def find_message(self, message_id: str) -> Message | None:
        return self._messages.get(message_id)

    def drop_message(self, message_id: str) -> None:
        message = self._messages.pop(message_id, None)
        if message is None:
            return
        key = (message.business, message.customer)
        self._threads[key].remove(message_id)
        if not self._threads[key]:
            del self._threads[key]
        for media_id in message.media:
            self.shelf.drop(media_id)
        self.revision += 1

    def newest_messages(self) -> Iterator[Message]:
        return reversed(self._messages.values())

    def thread(self, business: str, customer: str, *, limit: int) -> list[Message]:
        """The last messages of one pair, oldest first."""
        ids = self._threads.get((business, customer), deque())
        newest = [self._messages[message_id] for message_id in islice(reversed(ids), limit)]
        return newest[::-1]

    def last_message(self, business: str, customer: str) -> Message | None:
        return next(iter(self.thread(business, customer, limit=1)), None)

    def customer_wrote(self, business: str, customer: str, at: datetime) -> None:
        self._windows[business, customer] = at
        self.revision += 1

    def last_written_at(self, business: str, customer: str) -> datetime | None:
        return self._windows.get((business, customer))

    def record_delivery(self, message: Message, at: datetime) -> Delivery:
        delivery = Delivery(
            position=self.next_position(),
            message_id=message.message_id,
            provider=message.provider,
            business=message.business,
            customer=message.customer,
            kind=message.kind,
            text=message.text,
            media_count=len(message.media),
            template_id=message.template_id,
            callback_url=message.callback_url,
            via=message.via,
            delivered_at=at,
            details=message.details,
        )
        self.deliveries.append(delivery)
        self.revision += 1
        return delivery

    def record_attempt(self, attempt: WebhookAttempt) -> None:
        self.attempts.append(attempt)

    def snapshot(self, clock_offset: timedelta) -> Snapshot:
        """What is worth keeping: everything but the older part of the history."""
        kept = list(islice(reversed(self._messages.values()), self._settings.max_saved_messages))
        kept_media = {media_id for message in kept for media_id in message.media}
        return Snapshot(
            clock_offset=clock_offset,
            accounts=list(self.accounts.values()),
            endpoints=list(self.endpoints.values()),
            customers=list(self.customers.values()),
            templates=list(self.templates.values()),
            messages=kept[::-1],
            media=[item for item in self.shelf.items if item.media_id in kept_media],
            windows=[
                Window(business=business, customer=customer, last_written_at=at)
                for (business, customer), at in self._windows.items()
            ],
            deliveries=list(self.deliveries)[-self._settings.max_saved_messages :],
            next_position=self._next_position,
        )

    def restore(self, snapshot: Snapshot) -> None:
        self.accounts = {account.account_id: account for account in snapshot.accounts}
        self.endpoints = {endpoint.address: endpoint for endpoint in snapshot.endpoints}
        self.templates = {template.template_id: template for template in snapshot.templates}
        for customer in snapshot.customers:
            self.save_customer(customer)
        for item in snapshot.media:
            self.shelf.remember(item)
        for message in snapshot.messages:
            self.save_message(message)
        for window in snapshot.windows:
            self._windows[window.business, window.customer] = window.last_written_at
        self.deliveries.extend(snapshot.deliveries)
        self._next_position = snapshot.next_position
