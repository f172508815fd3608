"""What an agent is offered, and how they answer: every answer is a use case."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

from console.cards import name_of
from console.offer_cards import offer_cards
from console.workplace import Failed, Workplace
from domain.configuration import Caller
from domain.ids import OfferId, new_id
from domain.views import LiveEvent, LiveEventType, OfferView

_LONGEST_REASON: Final = 1_000


class OwnOffers:
    """Follows the live events. An offer that is settled elsewhere is gone at once.

    `on_taken` hears of each conversation that was accepted, and is open now.
    """

    def __init__(self, place: Workplace, on_taken: Callable[[str], Awaitable[None]]) -> None:
        self._place = place
        self._on_taken = on_taken
        self._desk = place.services.engine.offers
        self._offers: dict[OfferId, OfferView] = {}
        self._answering: set[OfferId] = set()

    async def begin(self) -> None:
        """Read when the browser is there, because countdowns begin with it."""
        with contextlib.suppress(Failed):  # the live feed comes next, and tells why
            await self._place.do(self._read)

    async def happened(self, events: Sequence[LiveEvent]) -> None:
        """An offer was made or settled; everything else is none of its business."""
        made = [event for event in events if event.type is LiveEventType.OFFER_MADE]
        settled = [event for event in events if event.type is LiveEventType.OFFER_SETTLED]
        if made:
            await self._read(await self._place.identify())
            self._tell_given(made)
        elif settled:
            self._drop(*(UUID(str(event.data.get("offer_id"))) for event in settled))

    async def look(self) -> None:
        """The live events tell everything."""

    async def accept(self, offer_id: OfferId) -> None:
        """Take it, and open it."""
        offer = self._offers.get(offer_id)
        if offer is None:
            return
        is_theirs = await self._answer(
            offer, lambda caller: self._desk.accept(caller, offer.conversation_id, new_id())
        )
        if is_theirs:
            await self._place.visit(offer.conversation_id)
            await self._on_taken(str(offer.conversation_id))

    async def decline(self, offer_id: OfferId, reason: str) -> None:
        """Leave it to somebody else."""
        offer = self._offers.get(offer_id)
        why = reason.strip()[:_LONGEST_REASON] or None
        if offer is not None:
            await self._answer(
                offer,
                lambda caller: self._desk.decline(caller, offer.conversation_id, why, new_id()),
            )

    async def shown(self, about: str) -> None:
        """The browser says that somebody can see it."""
        offer = next((each for each in self._offers.values() if str(each.offer_id) == about), None)
        if offer is not None and offer.shown_at is None:
            with contextlib.suppress(Failed):  # it is over: there is nothing left to see
                await self._place.do(lambda caller: self._desk.shown(caller, offer.offer_id))

    async def _answer(self, offer: OfferView, answer: Callable[[Caller], Awaitable[Any]]) -> bool:
        """Say whether it was taken; an offer is answered once, however often somebody clicks."""
        if offer.offer_id in self._answering:
            return False
        self._answering.add(offer.offer_id)
        try:
            await self._place.do(answer)
        except Failed as failed:
            self._place.layout.offers.complain(offer.offer_id, str(failed))
            return False
        finally:
            self._answering.discard(offer.offer_id)
        self._drop(offer.offer_id)
        return True

    async def _read(self, caller: Caller) -> None:
        self._offers = {offer.offer_id: offer for offer in await self._desk.mine(caller)}
        self._show()

    def _drop(self, *offer_ids: OfferId) -> None:
        for offer_id in offer_ids:
            self._offers.pop(offer_id, None)
        self._show()

    def _show(self) -> None:
        cards = offer_cards(self._offers.values(), self._place.reader)
        self._place.show_offers(cards)

    def _tell_given(self, made: Sequence[LiveEvent]) -> None:
        """Nobody is asked, but somebody should know."""
        texts = self._place.reader.texts
        for event in made:
            view = event.conversation
            if event.data.get("accepted") and view is not None:
                facts = f"{texts.channels[view.channel]} · {view.queue_name}"
                self._place.tell(texts.given.format(name=name_of(view), facts=facts))
