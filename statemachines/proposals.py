"""What an offer that arrives is for a conversation, and what becomes of one that came too late."""

from typing import Final

from domain.conversations import Event, Memory
from domain.offers import OfferPurpose, OfferState, OfferTerms

_UNASKED: Final = {
    OfferPurpose.ASSIGNMENT: Event.ASSIGNED,
    OfferPurpose.TRANSFER: Event.TRANSFERRED_TO_AGENT,
}


def event_of(terms: OfferTerms) -> Event:
    """The event for the machine: somebody is asked, or has it at once."""
    return _UNASKED.get(terms.purpose, Event.OFFERED) if terms.accepted else Event.OFFERED


def is_known(memory: Memory, terms: OfferTerms) -> bool:
    """The conversation was taken up in the middle, and knows of this offer already."""
    return memory.offer is not None and memory.offer.offer_id == terms.offer_id


def fate_of_late(memory: Memory, terms: OfferTerms) -> OfferState:
    """The conversation went elsewhere meanwhile; or to this very agent, by another way."""
    return OfferState.ACCEPTED if memory.agent_id == terms.agent_id else OfferState.WITHDRAWN
