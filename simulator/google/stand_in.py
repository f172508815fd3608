"""What both of Google's stand-ins do alike: customers speak, and the application is told."""

from abc import ABC, abstractmethod
from datetime import datetime
from functools import partial

from simulator.courier import Errand
from simulator.google import files
from simulator.google.journeys import Journeys
from simulator.google.posting import Json, Letter, Postman
from simulator.records import Account, Customer, Endpoint, Media, Message, Provider, WebhookAttempt
from simulator.reports import Reports
from simulator.samples import SAMPLED_KINDS, sample_for
from simulator.simulation import Simulation
from simulator.telling import Telling
from simulator.utterance import NotPossible, Said, Utterance

TYPING = "typing"


class GoogleStandIn(ABC):
    """Hears customers, and moves the application's messages along."""

    provider: Provider
    enveloped: bool

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._telling = Telling(sim)
        self._postman = Postman(sim)
        self._reports = Reports(sim, self._postman.repeat_if_needed)
        self.journeys = Journeys(sim, self.provider, self)

    @abstractmethod
    def address_of(self, text: str) -> str:
        """What people type, as Google writes it. Raise NotPossible."""

    @abstractmethod
    def window_ends_at(self, business: str, customer: str) -> datetime | None:
        """Until when the customer may be written to."""

    @abstractmethod
    def events(
        self, message: Message, customer: Customer, utterance: Utterance, base_url: str
    ) -> list[Json]:
        """What Google tells of an utterance."""

    @abstractmethod
    def receipt(self, message: Message) -> Json | None:
        """What Google tells of a step of an outbound message, if anything."""

    @abstractmethod
    def new_id(self) -> str:
        """The id of a customer's message."""

    def seed(self) -> None:  # noqa: B027 - a fresh account has nothing
        """Nothing to put there."""

    def resume(self) -> None:
        self.journeys.resume()

    def read(self, business: str, customer: str) -> int:
        return self.journeys.read(self.address_of(business), self.address_of(customer))

    async def hear(self, utterance: Utterance, base_url: str) -> Said:
        """Put it on record and tell the application, exactly as well as Google would."""
        endpoint = self.endpoint(self.address_of(utterance.business))
        self._sim.courier.ensure_room()
        customer = self._introduce(endpoint, utterance)
        message = self._put_on_record(endpoint, customer, utterance)
        if endpoint.inbound_url is None:
            return Said(message_id=message.message_id, outcome="kept")
        events = self.events(message, customer, utterance, base_url)
        errands = [self._errand(endpoint, message, event) for event in events]
        return await self._telling.tell(message, partial(self._post, errands), wait=utterance.wait)

    def report(self, message: Message) -> None:
        endpoint, event = self._sim.world.endpoints.get(message.business), self.receipt(message)
        if endpoint is not None and endpoint.inbound_url is not None and event is not None:
            self._reports.send(self._errand(endpoint, message, event, status=message.status))

    def endpoint(self, address: str) -> Endpoint:
        endpoint = self._sim.world.endpoints.get(address)
        if endpoint is None or endpoint.provider is not self.provider:
            raise NotPossible(f"Nobody owns {address}; add it with POST /control/numbers.")
        return endpoint

    async def verify(self, endpoint: Endpoint, secret: str) -> list[WebhookAttempt]:
        """The console's button: ask the application whether it knows the client token."""
        account = self._account(endpoint)
        event = {"clientToken": account.auth_token, "secret": secret}
        signed = self._letter(endpoint, account, "handshake", event, enveloped=False).errand()
        bare = {name: value for name, value in signed.headers.items() if name != "X-Goog-Signature"}
        return await self._sim.courier.run(
            Errand(
                purpose="inbound",
                message_id="handshake",
                url=signed.url,
                headers=bare,
                body=signed.body,
                connection=signed.connection,
            )
        )

    async def _post(self, errands: list[Errand]) -> list[WebhookAttempt]:
        return [attempt for errand in errands for attempt in await self._postman.bring(errand)]

    def _errand(
        self, endpoint: Endpoint, message: Message, event: Json, status: str | None = None
    ) -> Errand:
        account = self._account(endpoint)
        letter = self._letter(
            endpoint, account, message.message_id, event, enveloped=self.enveloped, status=status
        )
        return letter.errand()

    def _letter(
        self,
        endpoint: Endpoint,
        account: Account,
        message_id: str,
        event: Json,
        *,
        enveloped: bool,
        status: str | None = None,
    ) -> Letter:
        return Letter(
            purpose="inbound" if status is None else "status",
            message_id=message_id,
            url=endpoint.inbound_url or "",
            token=account.auth_token,
            event=event,
            enveloped=enveloped,
            status=status,
        )

    def _account(self, endpoint: Endpoint) -> Account:
        return self._sim.world.accounts[endpoint.account_id]

    def _introduce(self, endpoint: Endpoint, utterance: Utterance) -> Customer:
        """Whoever writes can be reached; a conversation belongs to the agent it began with."""
        address = self.address_of(utterance.customer)
        new = Customer(provider=self.provider, address=address, profile_name="Customer")
        customer = self._sim.world.find_customer(address) or new
        changes: dict[str, object] = {"details": {"agent": endpoint.address} | customer.details}
        if utterance.profile_name is not None:
            changes["profile_name"] = utterance.profile_name
        customer = customer.model_copy(update=changes)
        self._sim.world.save_customer(customer)
        self._sim.feed.tell("customer", customer)
        return customer

    def _put_on_record(self, endpoint: Endpoint, customer: Customer, utterance: Utterance) -> Message:
        now, place = self._sim.clock.now(), utterance.location
        message = Message(
            message_id=self.new_id(),
            provider=self.provider,
            account_id=endpoint.account_id,
            direction="inbound",
            business=endpoint.address,
            customer=customer.address,
            kind=utterance.type,
            text=utterance.tap.text if utterance.tap else utterance.text,
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            reply_to=utterance.reply_to,
            status="received",
            created_at=now,
            sent_at=now,
            updated_at=now,
        )
        if utterance.type == TYPING:
            return message  # shown, and kept by nobody
        media = self._media_of(message, utterance)
        message = message.model_copy(update={"media": tuple(item.media_id for item in media)})
        self._sim.world.save_message(message)
        self._sim.world.customer_wrote(endpoint.address, customer.address, now)
        self._sim.feed.tell("message", message)
        return message

    def _media_of(self, message: Message, utterance: Utterance) -> list[Media]:
        upload = utterance.media
        if upload is None and utterance.type in SAMPLED_KINDS:
            upload = sample_for(utterance.type)
        return [files.put_upload(self._sim, message, upload)] if upload is not None else []
