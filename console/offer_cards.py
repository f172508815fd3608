"""What an agent is offered, as text: whose conversation it is, and how long the offer stands."""

from collections.abc import Iterable
from datetime import datetime
from math import ceil

from console.chat_facts import Fact
from console.excerpts import excerpt
from console.reader import Reader
from domain.ids import ConversationId, OfferId
from domain.offers import OfferPurpose
from domain.values import Value
from domain.views import OfferView


class OfferCard(Value):
    """One offer of the list."""

    offer_id: OfferId
    conversation_id: ConversationId
    name: str
    is_known: bool
    standing: str
    facts: str
    purpose: str = ""
    said: str = ""
    fields: tuple[Fact, ...] = ()
    ends_at: datetime
    seconds: int
    """How long it stood when it was read: the browser counts on by itself."""
    may_decline: bool = True


def offer_cards(offers: Iterable[OfferView], reader: Reader) -> tuple[OfferCard, ...]:
    """Those to answer, the one that ends first on top. What is given unasked needs no answer."""
    asked = (offer for offer in offers if not offer.accepted)
    return tuple(_card(offer, reader) for offer in sorted(asked, key=lambda each: each.expires_at))


def _card(offer: OfferView, reader: Reader) -> OfferCard:
    texts = reader.texts
    said = offer.first_message
    return OfferCard(
        offer_id=offer.offer_id,
        conversation_id=offer.conversation_id,
        name=offer.customer_name or texts.customer,
        is_known=offer.customer_is_known,
        standing=texts.known_customer if offer.customer_is_known else texts.new_customer,
        facts=f"{texts.channels[offer.channel]} · {offer.queue_name}",
        purpose=_purpose(offer, reader),
        said=excerpt(said.content, texts) if said else "",
        fields=tuple(Fact(label=name, value=value) for name, value in offer.fields.items()),
        ends_at=offer.expires_at,
        seconds=ceil(offer.remaining.total_seconds()),
        may_decline=offer.may_decline,
    )


def _purpose(offer: OfferView, reader: Reader) -> str:
    if offer.purpose is OfferPurpose.ASSIGNMENT:
        return ""
    by = offer.offered_by_name or reader.texts.agent
    return reader.texts.purposes[offer.purpose].format(name=by)
