"""RCS for Business as the phone page and the control API see it."""

import re
from datetime import datetime
from typing import Final

from simulator.google import files
from simulator.google.expiry import Expiry
from simulator.google.ids import new_rcs_id
from simulator.google.posting import Json
from simulator.google.stand_in import TYPING, GoogleStandIn
from simulator.google.times import rfc3339
from simulator.records import Customer, Message, Provider
from simulator.simulation import Simulation
from simulator.utterance import NotPossible, Utterance

PHONE: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_AGENT: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_EVENTS: Final = {
    "delivered": "DELIVERED",
    "read": "READ",
    "revoked": "TTL_EXPIRATION_REVOKED",
    "revoke_failed": "TTL_EXPIRATION_REVOKE_FAILED",
}
# The word that arrives as a message together with the event.
_CONSENTS: Final = {"unsubscribe": ("UNSUBSCRIBE", "STOP"), "subscribe": ("SUBSCRIBE", "START")}
_FILES: Final = frozenset({"image", "video", "audio", "document", "sticker", "contacts"})


class RcsStandIn(GoogleStandIn):
    """Customers are phone numbers; one event to a webhook, in an envelope."""

    provider = Provider.RCS
    enveloped = True

    def __init__(self, sim: Simulation) -> None:
        super().__init__(sim)
        self.expiry = Expiry(sim, self.journeys)

    def resume(self) -> None:
        super().resume()
        self.expiry.resume()

    def address_of(self, text: str) -> str:
        """A phone number, which has a plus, or an agent."""
        address = text.removesuffix("@rbm.goog")
        if (PHONE if text.startswith("+") else _AGENT).fullmatch(address):
            return address
        raise NotPossible(f"{text} is neither a phone number (+15551234567) nor an agent's id.")

    def window_ends_at(self, business: str, customer: str) -> datetime | None:  # noqa: ARG002
        """There is none."""
        return None

    def new_id(self) -> str:
        return new_rcs_id("Mx")

    def events(
        self, message: Message, customer: Customer, utterance: Utterance, base_url: str
    ) -> list[Json]:
        if utterance.type in _CONSENTS:
            return self._consent(message, customer, utterance)
        common = _common(message)
        if utterance.type == TYPING:
            return [common | {"eventType": "IS_TYPING", "eventId": new_rcs_id("Ev")}]
        own_id = "eventId" if utterance.type == "action" else "messageId"
        said = self._said(message, utterance, base_url)
        return [common | {own_id: message.message_id} | said]

    def receipt(self, message: Message) -> Json | None:
        kind = _EVENTS.get(message.status)
        if kind is None:
            return None
        who = "phoneNumber" if message.status.startswith("revoke") else "senderPhoneNumber"
        return {
            who: message.customer,
            "eventType": kind,
            "eventId": new_rcs_id("Ev"),
            "messageId": message.message_id,
            "agentId": message.business,
            "sendTime": rfc3339(message.updated_at),
        }

    def _consent(self, message: Message, customer: Customer, utterance: Utterance) -> list[Json]:
        event, word = _CONSENTS[utterance.type]
        stopped = "all" if utterance.type == "unsubscribe" else "no"
        self._sim.world.save_customer(customer.model_copy(update={"opted_out": stopped}))
        common = _common(message)
        return [
            common | {"eventType": event, "eventId": new_rcs_id("Ev")},
            common | {"messageId": message.message_id, "text": message.text or word},
        ]

    def _said(self, message: Message, utterance: Utterance, base_url: str) -> Json:
        tap, place = utterance.tap, utterance.location
        if utterance.type in {"button", "action"}:
            payload = tap.payload if tap else ""
            return {"suggestionResponse": {"postbackData": payload, "text": message.text}}
        if utterance.type == "location" and place is not None:
            return {"location": {"latitude": place.latitude, "longitude": place.longitude}}
        if utterance.type in _FILES:
            return {"userFile": {"payload": self._file(message, base_url)}}
        if utterance.type == "text":
            return {"text": message.text}
        return {utterance.type: {"text": message.text} | utterance.extra}

    def _file(self, message: Message, base_url: str) -> Json:
        media = self._sim.world.shelf.find(message.media[0]) if message.media else None
        if media is None:
            raise NotPossible("Say which file: `media`, or a type of which there is a sample.")
        return {
            "mimeType": media.content_type,
            "fileSizeBytes": media.size,
            "fileUri": files.signed_url(self._sim, media, base_url),
            "fileName": media.file_name or "file",
        }


def _common(message: Message) -> Json:
    return {
        "agentId": message.business,
        "senderPhoneNumber": message.customer,
        "sendTime": rfc3339(message.created_at),
    }
