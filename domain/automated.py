"""Automated messages: what is said by itself when something happens to a conversation."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.channels import ChannelName
from domain.effects import Trigger
from domain.ids import EndpointId
from domain.versioned import Versioned
from domain.wording import Wording


class Recipient(StrEnum):
    """Who reads an automated message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    """A line in the transcript. It reaches no customer."""


SAID_ANYWAY: Final[dict[Trigger, Wording]] = {
    Trigger.OVERFLOW_ENDED: Wording(
        texts={
            "en": "Nobody is free to answer you now, so this conversation has ended."
            " Please try again later.",
            "ko": "지금은 답변할 수 있는 상담원이 없어 대화를 종료합니다. 나중에 다시 문의해 주세요.",
            "ro": "Momentan nimeni nu vă poate răspunde, așa că am încheiat această conversație."
            " Vă rugăm să încercați mai târziu.",
            "ja": "ただいま対応できる担当者がいないため、この会話を終了しました。"
            "後ほどもう一度お試しください。",
            "es": "Ahora mismo nadie puede atenderle, así que esta conversación ha terminado."
            " Inténtelo de nuevo más tarde.",
            "de": "Im Moment kann Ihnen niemand antworten, daher wurde diese Unterhaltung beendet."
            " Bitte versuchen Sie es später noch einmal.",
            "fr": "Personne ne peut vous répondre pour le moment, cette conversation est donc terminée."
            " Veuillez réessayer plus tard.",
            "ar": "لا يوجد من يمكنه الرد عليك الآن، لذلك انتهت هذه المحادثة. يرجى المحاولة لاحقًا.",
        }
    )
}
"""What customers are told although nobody has worded it, or wants it said: they would wait in vain."""

NOTHING_MAY_LEAVE: Final = (Trigger.WINDOW_CLOSED, Trigger.CUSTOMER_OPTED_OUT)
"""Moments at which a customer must not be written to; agents may be told."""


class AutomatedMessage(Versioned):
    """What is said at a trigger: on a whole channel, or in its place on one endpoint."""

    automated_message_id: UUID
    trigger: Trigger
    recipient: Recipient = Recipient.CUSTOMER
    channel: ChannelName
    endpoint_id: EndpointId | None = None
    """None: on every endpoint of the channel that has none of its own."""
    wording: Wording
    enabled: bool = True
    """A disabled one of an endpoint keeps its channel's from being said there."""
