"""How a page follows what its agent is offered, and how they answer: once, or the reason why not."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from console.offer_cards import OfferCard
from console.offers import OwnOffers
from console.workplace import Failed, Workplace
from domain.configuration import Caller
from domain.views import LiveEventType, OfferView
from tests.views import ALICE_READS, CONVERSATION, alices, an_event, an_offer


class Desk:
    """The use cases; `refusal`: why the next answer is not taken."""

    def __init__(self, *offers: OfferView) -> None:
        self.offers = list(offers)
        self.done: list[str] = []
        self.refusal = ""

    async def mine(self, _caller: Caller) -> list[OfferView]:
        return self.offers

    async def accept(self, _caller: Caller, _conversation: UUID, _command: UUID) -> None:
        await self._answer("accepted")

    async def decline(
        self, _caller: Caller, _conversation: UUID, reason: str | None, _command: UUID
    ) -> None:
        await self._answer(f"declined: {reason}")

    async def shown(self, _caller: Caller, _offer: UUID) -> None:
        self.done.append("shown")

    async def _answer(self, what: str) -> None:
        await asyncio.sleep(0)
        if self.refusal:
            raise Failed(self.refusal)
        self.done.append(what)


class Page:
    """Whatever a page is told to show."""

    def __init__(self, desk: Desk) -> None:
        self.reader = ALICE_READS
        self.services = SimpleNamespace(engine=SimpleNamespace(offers=desk))
        self.layout = SimpleNamespace(offers=self)
        self.cards: tuple[OfferCard, ...] = ()
        self.told: list[str] = []

    async def identify(self) -> None: ...

    async def do(self, doing: Callable[[Any], Awaitable[Any]]) -> Any:
        return await doing(None)

    async def visit(self, conversation_id: UUID) -> None:
        self.told.append(f"visit {conversation_id}")

    def show_offers(self, cards: tuple[OfferCard, ...]) -> None:
        self.cards = cards

    def tell(self, what: str) -> None:
        self.told.append(what)

    def complain(self, _offer: UUID, problem: str) -> None:
        self.told.append(problem)


async def a_page(*offers: OfferView) -> tuple[OwnOffers, Page, Desk]:
    desk = Desk(*offers)
    page = Page(desk)

    async def taken(conversation_id: str) -> None:
        desk.done.append(f"read {conversation_id}")

    own = OwnOffers(cast("Workplace", page), taken)
    await own.begin()
    return own, page, desk


async def test_what_is_offered_comes_and_what_is_settled_elsewhere_goes() -> None:
    own, page, desk = await a_page()
    desk.offers = [offer := an_offer()]
    await own.happened([an_event(LiveEventType.OFFER_MADE, data={"offer_id": str(offer.offer_id)})])
    assert [card.offer_id for card in page.cards] == [offer.offer_id]
    await own.happened([an_event(LiveEventType.OFFER_SETTLED, data={"offer_id": str(offer.offer_id)})])
    assert page.cards == ()


async def test_an_offer_is_accepted_once_however_often_somebody_clicks() -> None:
    own, page, desk = await a_page(offer := an_offer())
    await asyncio.gather(own.accept(offer.offer_id), own.accept(offer.offer_id))
    assert desk.done == ["accepted", f"read {CONVERSATION}"]
    assert (page.cards, page.told) == ((), [f"visit {CONVERSATION}"])


async def test_a_reason_to_decline_may_be_left_out() -> None:
    first, second = an_offer(), an_offer()
    own, page, desk = await a_page(first, second)
    await own.decline(first.offer_id, "  ")
    await own.decline(second.offer_id, " No Korean ")
    assert desk.done == ["declined: None", "declined: No Korean"]
    assert page.cards == ()


async def test_an_answer_that_is_refused_says_why_and_leaves_the_offer() -> None:
    own, page, desk = await a_page(offer := an_offer())
    desk.refusal = "This offer is over."
    await own.accept(offer.offer_id)
    assert page.told == ["This offer is over."]
    assert len(page.cards) == 1


async def test_what_was_seen_is_reported_unless_it_was_before() -> None:
    first, second = an_offer(), an_offer()
    own, _, desk = await a_page(first, second.model_copy(update={"shown_at": second.offered_at}))
    await own.shown(str(first.offer_id))
    await own.shown(str(second.offer_id))
    await own.shown("anything a browser says")
    assert desk.done == ["shown"]


async def test_what_is_given_unasked_is_told() -> None:
    own, page, _ = await a_page()
    given = an_event(LiveEventType.OFFER_MADE, conversation=alices(), data={"accepted": True})
    await own.happened([given])
    assert page.told == ["Now yours: Kim Minji, WhatsApp · Support"]
