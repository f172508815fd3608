"""LINE as the phone page and the control API see it: people speak, and the application is told."""

from datetime import datetime
from functools import partial

from fastapi import Request

from simulator.line.events import HAPPENINGS, event_of
from simulator.line.ids import CHAT, new_message_id, new_token
from simulator.line.issued import IssuedTokens
from simulator.line.rights import AcceptedCall, ReplyRight, Rights
from simulator.line.showing import Showing
from simulator.line.taking import CALL, names_of
from simulator.line.webhooks import Webhooks
from simulator.records import Customer, Endpoint, Media, Message, Provider
from simulator.samples import SAMPLED_KINDS, sample_for
from simulator.simulation import Simulation
from simulator.telling import Telling
from simulator.utterance import NotPossible, Said, Utterance

# What is no utterance shows as a notice in the chat.
_SILENT = frozenset(HAPPENINGS) - {"button", "list", "edit", "unsend"}


class LineStandIn:
    """Hears people, and shows them the application's messages."""

    provider = Provider.LINE

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._telling = Telling(sim)
        self._showing = Showing(sim)
        self.rights = Rights()
        self.issued = IssuedTokens()
        self.webhooks = Webhooks(sim, self.rights)

    def address_of(self, text: str) -> str:
        if not CHAT.fullmatch(text):
            raise NotPossible(f"{text} is no LINE id: U, C or R and 32 hexadecimal digits.")
        return text

    def seed(self) -> None:
        """A fresh LINE account has nothing, and tokens of another world open nothing."""
        self.issued = IssuedTokens()

    def resume(self) -> None:
        """Keys first: an application may repeat its last request right away."""
        calls: dict[tuple[str, str], list[Message]] = {}
        for message in reversed(list(self._sim.world.newest_messages())):
            if message.provider is Provider.LINE and message.details.get("retry_key"):
                key = message.account_id, message.details["retry_key"]
                calls.setdefault(key, []).append(message)
        for messages in calls.values():
            self._remember(messages)
        self._showing.resume()

    def window_ends_at(self, business: str, customer: str) -> datetime | None:  # noqa: ARG002
        """LINE knows no window."""
        return None

    def read(self, business: str, customer: str) -> int:
        return self._showing.read(self.address_of(business), self.address_of(customer))

    def accept(self, messages: list[Message]) -> None:
        """Messages of one call, taken and on record."""
        self._remember(messages)
        for message in messages:
            self._showing.start(message.message_id)

    async def hear(self, utterance: Utterance, base_url: str) -> Said:  # noqa: ARG002
        """Put it on record and tell the application, exactly as well as LINE would."""
        endpoint = self._endpoint(utterance.business)
        self._sim.courier.ensure_room()
        customer = self._introduce(utterance)
        message, media = self._put_on_record(endpoint, customer, utterance)
        if endpoint.inbound_url is None or endpoint.details.get("webhook") == "off":
            return Said(message_id=message.message_id, outcome="kept")
        token = new_token()
        event = event_of(message, utterance=utterance, media=media, reply_token=token)
        if "replyToken" in event:
            self.rights.grant(token, _right_to_answer(message))
        post = partial(self.webhooks.post, endpoint, message, event)
        return await self._telling.tell(message, post, wait=utterance.wait)

    def _remember(self, messages: list[Message]) -> None:
        first = messages[0]
        if key := first.details.get("retry_key"):
            call = AcceptedCall(
                request_id=first.details[CALL],
                sent=names_of(messages),
                accepted_at=first.created_at,
            )
            self.rights.remember(first.account_id, key, call)

    def _endpoint(self, business: str) -> Endpoint:
        endpoint = self._sim.world.endpoints.get(self.address_of(business))
        if endpoint is None:
            raise NotPossible(f"Nobody owns {business}; add it with POST /control/numbers.")
        return endpoint

    def _introduce(self, utterance: Utterance) -> Customer:
        """Whoever writes is a friend; whoever blocks the bot is none."""
        address = self.address_of(utterance.customer)
        known = self._sim.world.find_customer(address)
        customer = known or Customer(provider=Provider.LINE, address=address, profile_name="Customer")
        changes: dict[str, object] = {}
        if utterance.profile_name is not None:
            changes["profile_name"] = utterance.profile_name
        if utterance.type in {"follow", "join", "unfollow", "leave"}:
            changes["blocked"] = utterance.type in {"unfollow", "leave"}
        customer = customer.model_copy(update=changes)
        self._sim.world.save_customer(customer)
        self._sim.feed.tell("customer", customer)
        return customer

    def _put_on_record(
        self, endpoint: Endpoint, customer: Customer, utterance: Utterance
    ) -> tuple[Message, list[Media]]:
        if utterance.type in {"unsend", "edit"}:
            return self._changed(customer, utterance), []
        message = self._new_message(endpoint, customer, utterance)
        media = self._files_of(message, utterance)
        message = message.model_copy(update={"media": tuple(item.media_id for item in media)})
        self._sim.world.save_message(message)
        self._sim.world.customer_wrote(endpoint.address, customer.address, message.created_at)
        self._sim.feed.tell("message", message)
        return message, media

    def _new_message(self, endpoint: Endpoint, customer: Customer, utterance: Utterance) -> Message:
        now, place, tap = self._sim.clock.now(), utterance.location, utterance.tap
        return Message(
            message_id=new_message_id(),
            provider=Provider.LINE,
            account_id=endpoint.account_id,
            direction="notice" if utterance.type in _SILENT else "inbound",
            business=endpoint.address,
            customer=customer.address,
            kind=utterance.type,
            text=tap.text if tap else utterance.text,
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            label=(place.label or place.address) if place else None,
            reply_to=utterance.reply_to,
            status="received",
            created_at=now,
            sent_at=now,
            updated_at=now,
            details={"quote_token": new_token(), "read_token": new_token()},
        )

    def _changed(self, customer: Customer, utterance: Utterance) -> Message:
        """An edited message keeps its id; of an unsent one nothing is left."""
        message = self._sim.world.find_message(utterance.concerns or "")
        if message is None or message.customer != customer.address or message.direction != "inbound":
            raise NotPossible("`concerns` must be the id of a message this customer sent.")
        for media_id in message.media:
            self._sim.world.shelf.drop(media_id)
        is_unsent = utterance.type == "unsend"
        changed = self._sim.world.amend_message(
            message.message_id,
            kind="unsent" if is_unsent else "text",
            text="" if is_unsent else utterance.text,
            media=(),
            updated_at=self._sim.clock.now(),
        )
        self._sim.feed.tell("message", changed)
        return changed

    def _files_of(self, message: Message, utterance: Utterance) -> list[Media]:
        upload = utterance.media
        if upload is None and utterance.type in SAMPLED_KINDS:
            upload = sample_for(utterance.type)
        if upload is None:
            return []
        media = Media(
            media_id=f"L{message.message_id}",
            message_id=message.message_id,
            account_id=message.account_id,
            content_type=upload.content_type,
            size=len(upload.content),
            file_name=upload.file_name,
            created_at=message.created_at,
        )
        self._sim.world.shelf.put(media, upload.content)
        return [media]


def _right_to_answer(message: Message) -> ReplyRight:
    happened_at = message.updated_at
    return ReplyRight(
        business=message.business,
        chat=message.customer,
        received_at=happened_at,
        delivered_at=happened_at,
    )


def line_of(request: Request) -> LineStandIn:
    """The one that this process runs."""
    found: LineStandIn = request.app.state.stand_ins[Provider.LINE]
    return found
