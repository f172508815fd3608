"""Twilio as the phone page and the control API see it: customers speak, and the application is told."""

from datetime import datetime
from functools import partial
from typing import Final

from simulator.courier import Errand
from simulator.records import Account, Customer, Endpoint, Media, Message, Provider, WebhookAttempt
from simulator.samples import SAMPLED_KINDS, sample_for
from simulator.simulation import Simulation
from simulator.telling import Telling
from simulator.twilio.attachments import Attachments
from simulator.twilio.journeys import Journeys
from simulator.twilio.requests import PREFIX, is_whatsapp_address
from simulator.twilio.rules import SERVICE_WINDOW, is_sandbox_member
from simulator.twilio.seeds import SEEDS, template_from
from simulator.twilio.sids import new_sid
from simulator.twilio.webhooks import inbound_errand, inbound_params
from simulator.utterance import NotPossible, Said, Utterance

_JOINED: Final = "You are all set! The sandbox can now send and receive messages from {}."
_NOT_JOINED: Final = "You are not connected to a sandbox. Send: join {}"


class TwilioStandIn:
    """Hears customers, and moves the application's messages along."""

    provider = Provider.TWILIO

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._attachments = Attachments(sim)
        self._telling = Telling(sim)
        self.journeys = Journeys(sim)

    def address_of(self, text: str) -> str:
        address = text if text.startswith(PREFIX) else PREFIX + text
        if not is_whatsapp_address(address):
            raise NotPossible(f"{text} is no WhatsApp address; write +15551234567 or US.ABC123.")
        return address

    def seed(self) -> None:
        for seed in SEEDS:
            self._sim.world.save_template(template_from(seed, self._sim.clock.now()))

    def resume(self) -> None:
        self.journeys.resume()

    def window_ends_at(self, business: str, customer: str) -> datetime | None:
        pair = self.address_of(business), self.address_of(customer)
        written_at = self._sim.world.last_written_at(*pair)
        return written_at + SERVICE_WINDOW if written_at is not None else None

    def read(self, business: str, customer: str) -> int:
        return self.journeys.read(self.address_of(business), self.address_of(customer))

    async def hear(self, utterance: Utterance, base_url: str) -> Said:
        """Put it on record and tell the application, exactly as well as Twilio would."""
        endpoint = self._endpoint(utterance.business)
        self._sim.courier.ensure_room()
        customer = self._introduce(utterance)
        message, media = self._put_on_record(endpoint, customer, utterance)
        if endpoint.sandbox and not self._is_for_application(endpoint, customer, message):
            return Said(message_id=message.message_id, outcome="kept")
        params = inbound_params(
            message, customer=customer, media=media, utterance=utterance, base_url=base_url
        )
        errand = inbound_errand(self._account(endpoint), endpoint, message, params)
        if errand is None:
            return Said(message_id=message.message_id, outcome="kept")
        post = partial(self._post, message, errand)
        return await self._telling.tell(message, post, wait=utterance.wait)

    async def _post(self, message: Message, errand: Errand) -> list[WebhookAttempt]:
        attempts = await self._sim.courier.run(errand)
        self._reply_with(message, attempts[-1])
        return attempts

    def _reply_with(self, message: Message, attempt: WebhookAttempt) -> None:
        """Twilio sends a plain-text answer to the customer, which surprises everybody once."""
        is_plain = (attempt.content_type or "").startswith("text/plain")
        if attempt.error or attempt.status_code != 200 or not is_plain or not attempt.answer:  # noqa: PLR2004
            return
        now = self._sim.clock.now()
        reply = Message(
            message_id=new_sid("SM"),
            account_id=message.account_id,
            direction="outbound",
            via="reply",
            business=message.business,
            customer=message.customer,
            text=attempt.answer,
            status="queued",
            created_at=now,
            updated_at=now,
        )
        self._sim.world.save_message(reply)
        self.journeys.start(reply.message_id)

    def _endpoint(self, business: str) -> Endpoint:
        endpoint = self._sim.world.endpoints.get(self.address_of(business))
        if endpoint is None:
            raise NotPossible(f"Nobody owns {business}; add it with POST /control/numbers.")
        return endpoint

    def _account(self, endpoint: Endpoint) -> Account:
        return self._sim.world.accounts[endpoint.account_id]

    def _introduce(self, utterance: Utterance) -> Customer:
        """Whoever writes has WhatsApp, so an unknown customer is welcome."""
        address = self.address_of(utterance.customer)
        customer = self._sim.world.find_customer(address)
        if customer is None:
            customer = Customer(address=address, profile_name=utterance.profile_name or "Customer")
        elif utterance.profile_name is not None:
            customer = customer.model_copy(update={"profile_name": utterance.profile_name})
        self._sim.world.save_customer(customer)
        self._sim.feed.tell("customer", customer)
        return customer

    def _put_on_record(
        self, endpoint: Endpoint, customer: Customer, utterance: Utterance
    ) -> tuple[Message, list[Media]]:
        now = self._sim.clock.now()
        upload = utterance.media
        if upload is None and utterance.type in SAMPLED_KINDS:
            upload = sample_for(utterance.type)
        place = utterance.location
        message = Message(
            message_id=new_sid("SM" if upload is None else "MM"),
            account_id=endpoint.account_id,
            direction="inbound",
            business=endpoint.address,
            customer=customer.address,
            kind=self._message_type(utterance),
            text=_body_of(utterance, upload.file_name if upload else None),
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            label=(place.label or place.address) if place else None,
            reply_to=utterance.reply_to,
            status="received",
            messaging_service_id=endpoint.messaging_service_id,
            created_at=now,
            sent_at=now,
            updated_at=now,
        )
        media = [self._attachments.put(message, upload)] if upload is not None else []
        message = message.model_copy(update={"media": tuple(item.media_id for item in media)})
        self._sim.world.save_message(message)
        self._sim.world.customer_wrote(endpoint.address, customer.address, now)
        self._sim.feed.tell("message", message)
        return message, media

    def _message_type(self, utterance: Utterance) -> str:
        """A tap under a template is a `button`; under a message inside the window, `interactive`."""
        if utterance.type == "list":
            return "interactive"
        if utterance.type != "button":
            return utterance.type
        quoted = self._sim.world.find_message(utterance.reply_to or "")
        template = self._sim.world.templates.get((quoted.template_id if quoted else None) or "")
        return "interactive" if template is not None and not template.category else "button"

    def _is_for_application(self, endpoint: Endpoint, customer: Customer, message: Message) -> bool:
        """The sandbox keeps `join …` and everything from people who did not join to itself."""
        now = self._sim.clock.now()
        if message.text.strip().lower() == f"join {endpoint.join_code}".lower():
            joined = customer.joined | {endpoint.address: now}
            self._sim.world.save_customer(customer.model_copy(update={"joined": joined}))
            self._notice(message, _JOINED.format(endpoint.address.removeprefix(PREFIX)))
            return False
        if is_sandbox_member(customer, endpoint.address, now):
            return True
        self._notice(message, _NOT_JOINED.format(endpoint.join_code))
        return False

    def _notice(self, message: Message, text: str) -> None:
        notice = message.model_copy(
            update={
                "message_id": new_sid("SM"),
                "direction": "notice",
                "kind": "text",
                "text": text,
                "media": (),
                "status": "delivered",
            }
        )
        self._sim.world.save_message(notice)
        self._sim.feed.tell("message", notice)


def _body_of(utterance: Utterance, file_name: str | None) -> str:
    """A document's file name travels in Body, a tap's label too."""
    if utterance.tap is not None:
        return utterance.tap.text
    if utterance.type == "document" and not utterance.text:
        return file_name or ""
    return utterance.text
