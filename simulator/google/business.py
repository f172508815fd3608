"""Google's Business Messages as the phone page and the control API see them."""

import re
from datetime import datetime, timedelta
from typing import Final

from simulator.google import files
from simulator.google.ids import new_message_id
from simulator.google.posting import Json
from simulator.google.stand_in import TYPING, GoogleStandIn
from simulator.google.times import rfc3339
from simulator.records import Customer, Message, Provider
from simulator.utterance import NotPossible, Utterance

WINDOW: Final = timedelta(days=30)
AGENT: Final = re.compile(r"(?:brands/)?(\w[\w.-]*)/(?:agents/)?(\w[\w.-]*)", re.ASCII)
_CONVERSATION: Final = re.compile(r"\w[\w.~:=-]{0,199}", re.ASCII)
_RECEIPTS: Final = {"delivered": "DELIVERED", "read": "READ"}
# Names of `Utterance.extra` that belong to the context; all others go beside the message.
_CONTEXT: Final = frozenset({"entryPoint", "placeId", "nearPlaceId", "resolvedLocale", "customContext"})


class BusinessStandIn(GoogleStandIn):
    """Conversations have ids of their own; one event to a webhook, in the open."""

    provider = Provider.GBM
    enveloped = False

    def address_of(self, text: str) -> str:
        """An agent, which has a slash, or a conversation."""
        agent = AGENT.fullmatch(text)
        if agent is not None:
            return f"brands/{agent[1]}/agents/{agent[2]}"
        if _CONVERSATION.fullmatch(text):
            return text
        raise NotPossible(f"{text} is neither an agent (BRAND/AGENT) nor a conversation.")

    def window_ends_at(self, business: str, customer: str) -> datetime | None:
        pair = self.address_of(business), self.address_of(customer)
        written_at = self._sim.world.last_written_at(*pair)
        return written_at + WINDOW if written_at is not None else None

    def new_id(self) -> str:
        return new_message_id()

    def events(
        self, message: Message, customer: Customer, utterance: Utterance, base_url: str
    ) -> list[Json]:
        said = self._said(message, utterance, base_url)
        context = _context(customer, utterance)
        return [self._envelope(message, requestId=new_message_id(), context=context) | said]

    def receipt(self, message: Message) -> Json | None:
        kind = _RECEIPTS.get(message.status)
        if kind is None:
            return None
        receipt = {"message": _name(message.customer, message.message_id), "receiptType": kind}
        at = rfc3339(message.updated_at)
        return self._envelope(message) | {"receipts": {"receipts": [receipt], "createTime": at}}

    def _envelope(self, message: Message, **more: object) -> Json:
        endpoint = self.endpoint(message.business)
        return {
            "agent": endpoint.address,
            "conversationId": message.customer,
            "customAgentId": endpoint.details.get("customAgentId", ""),
            "sendTime": rfc3339(self._sim.clock.now()),
            **more,
        }

    def _said(self, message: Message, utterance: Utterance, base_url: str) -> Json:
        at = {"createTime": rfc3339(message.created_at)}
        match utterance.type:
            case "text" | "image" | "video" | "audio" | "document":
                return {"message": at | self._message(message, base_url)}
            case "button" | "action":
                return {"suggestionResponse": at | _tapped(message, utterance)}
            case "live_agent":
                return {"userStatus": at | {"requestedLiveAgent": True}}
            case "survey":
                name = f"conversations/{message.customer}/surveys/{message.message_id}"
                answer = {"rating": utterance.extra.get("rating", "SATISFIED")}
                return {"surveyResponse": at | {"survey": name, "feedback": message.text} | answer}
            case _ if utterance.type == TYPING:
                return {"userStatus": at | {"isTyping": utterance.extra.get("isTyping") != "false"}}
            case _:
                return {utterance.type: at | {"text": message.text} | _unknown(utterance)}

    def _message(self, message: Message, base_url: str) -> Json:
        media = [self._sim.world.shelf.find(media_id) for media_id in message.media]
        urls = [files.signed_url(self._sim, item, base_url) for item in media if item]
        return {
            "messageId": message.message_id,
            "name": _name(message.customer, message.message_id),
            "text": urls[0] if urls else message.text,
        }


def _name(conversation: str, message_id: str) -> str:
    return f"conversations/{conversation}/messages/{message_id}"


def _tapped(message: Message, utterance: Utterance) -> Json:
    tap = utterance.tap
    answered = utterance.reply_to
    kind = "ACTION" if utterance.type == "action" else "REPLY"
    return {
        "message": _name(message.customer, answered) if answered else "",
        "postbackData": tap.payload if tap else message.text,
        "text": message.text,
        "suggestionType": utterance.extra.get("suggestionType", kind),
    }


def _context(customer: Customer, utterance: Utterance) -> Json:
    told = {name: value for name, value in utterance.extra.items() if name in _CONTEXT}
    locale = utterance.extra.get("userDeviceLocale", "en")
    user = {"displayName": customer.profile_name, "userDeviceLocale": locale}
    return {"entryPoint": "PLACESHEET", "resolvedLocale": "en"} | told | {"userInfo": user}


def _unknown(utterance: Utterance) -> Json:
    return {name: value for name, value in utterance.extra.items() if name not in _CONTEXT}
