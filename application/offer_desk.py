"""What agents are offered, and what they answer."""

from typing import Protocol
from uuid import UUID

from application.consulting import Consulting
from application.desk import Desk, author_of, tell
from domain.commands import Accept, Decline
from domain.configuration import Caller
from domain.errors import NotFound, Refused
from domain.ids import ConversationId, OfferId
from domain.offers import Offer, OfferState
from domain.views import ConversationView, OfferView
from storage.conversations import Conversations as ConversationList
from storage.offer_list import OfferList
from workflows.client import Conversations

OVER = "This offer is over: it ran out of time, was withdrawn, or was answered already."


class Post(Protocol):
    """Who hands mail over."""

    async def now(self, conversation_id: ConversationId) -> None:
        """A conversation knows everything that it was told so far. Raises Unavailable."""


class OfferDesk:
    """An answer goes to the conversation, which knows whether it comes in time.

    An agent may be faster than the mail that tells their conversation of the offer. So the mail is
    handed over first.
    """

    def __init__(
        self,
        *,
        offers: OfferList,
        desk: Desk,
        listed: ConversationList,
        post: Post,
        conversations: Conversations,
        consulting: Consulting,
    ) -> None:
        self._offers = offers
        self._desk = desk
        self._listed = listed
        self._post = post
        self._conversations = conversations
        self._consulting = consulting

    async def mine(self, caller: Caller) -> list[OfferView]:
        """What the caller is offered now."""
        return await self._offers.open_for(author_of(caller).agent_id)

    async def shown(self, caller: Caller, offer_id: OfferId) -> None:
        """The caller has it before their eyes. What nobody saw was not missed, but not delivered."""
        if not await self._offers.shown(offer_id, author_of(caller).agent_id):
            raise NotFound(f"There is no offer {offer_id} to you.")

    async def accept(
        self, caller: Caller, conversation_id: ConversationId, command_id: UUID
    ) -> ConversationView:
        """Take what is offered; what is not, as whoever finds it in its queue."""
        author = author_of(caller)
        offer = await self._offers.latest(conversation_id, author.agent_id)
        if offer is None or offer.state is not OfferState.OPEN:
            if (helped := await self._consulting.accept(caller, conversation_id)) is not None:
                return helped
            return await self._take_unasked(caller, conversation_id, command_id, offer)
        await self._post.now(conversation_id)
        conversation = await self._listed.get(conversation_id)
        accept = Accept(command_id=command_id, agent_id=author.agent_id, offer_id=offer.offer_id)
        return await self._desk.take(author, conversation, accept)

    async def decline(
        self, caller: Caller, conversation_id: ConversationId, reason: str | None, command_id: UUID
    ) -> Offer:
        """Leave it to somebody else. Declining again changes nothing."""
        author = author_of(caller)
        offer = await self._offers.latest(conversation_id, author.agent_id)
        if offer is None or offer.state is not OfferState.OPEN:
            declined = await self._consulting.decline(caller, conversation_id, reason)
            offer = declined or offer
        if offer is None:
            raise NotFound(f"You are not offered a conversation {conversation_id}.")
        if offer.state is OfferState.DECLINED:
            return offer
        await self._require_declinable(offer)
        if reason is not None:
            await self._offers.give_reason(offer.offer_id, reason)
        await self._post.now(conversation_id)
        conversation = await self._listed.get(conversation_id)
        decline = Decline(command_id=command_id, agent_id=author.agent_id, offer_id=offer.offer_id)
        await tell(self._conversations, conversation, decline)
        return await self._offers.latest(conversation_id, author.agent_id) or offer

    async def _take_unasked(
        self,
        caller: Caller,
        conversation_id: ConversationId,
        command_id: UUID,
        past_offer: Offer | None,
    ) -> ConversationView:
        try:
            return await self._desk.accept(caller, conversation_id, command_id)
        except NotFound:
            if past_offer is None:
                raise
            raise Refused(OVER) from None

    async def _require_declinable(self, offer: Offer) -> None:
        if offer.state is not OfferState.OPEN:
            raise Refused(OVER, state=offer.state)
        if offer.accepted or not await self._offers.may_decline(offer.conversation_id):
            raise Refused("Work of this kind cannot be declined; accept it, or let the time run out.")
