"""From what was decided to an offer: capacity is reserved, or the next best agent is asked."""

from datetime import UTC, datetime
from typing import Final

import structlog
from prometheus_client import Counter, Histogram

from application.dispatch import Doorbell
from domain.assignments import Explanation, Merit
from domain.distribution import OfferSettings, WorkSettings
from domain.offers import NotOffered, Offer
from routing.assignment import Choice, Look
from storage.assignment_decisions import AssignmentDecisions
from storage.database import Database
from storage.offers import Made, NewOffer, Offers
from storage.work import Work

TRIES: Final = 5
"""Whoever was free when it was decided may be no more; then the next best is asked, so many times."""
OUTCOMES: Final = Counter(
    "holdfast_assignment_offers",
    "Attempts to offer a conversation to an agent, by what came of them.",
    ["outcome"],
)
WAITED: Final = Histogram(
    "holdfast_assignment_waited_seconds",
    "How long conversations waited in their queue before they were offered to somebody.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600, 14400),
)

log = structlog.get_logger()


class Offering:
    """Each offer is one short transaction, with the reason for it."""

    def __init__(self, database: Database, doorbell: Doorbell) -> None:
        self._db = database
        self._doorbell = doorbell
        self._offers = Offers(database)
        self._decisions = AssignmentDecisions(database)
        self._work = Work(database)

    async def offer(self, look: Look, explanation: Explanation, work: WorkSettings) -> Made:
        """To the best who still can; what it returns says what became of the last attempt."""
        made: Made = NotOffered.NO_SUCH_AGENT
        for choice in look.choices[:TRIES]:
            made = await self._make(look, choice, explanation, work)
            OUTCOMES.labels("made" if isinstance(made, Offer) else made).inc()
            if isinstance(made, Offer):
                self._tell(look, made)
            if not _is_about_the_agent(made):
                break
        return made

    async def _make(
        self, look: Look, choice: Choice, explanation: Explanation, work: WorkSettings
    ) -> Made:
        item, agent_id = look.item, choice.contender.agent.agent_id
        settings = _settings(choice, work)
        async with self._db.transaction():
            made = await self._offers.make(
                NewOffer(
                    conversation_id=item.conversation_id,
                    agent_id=agent_id,
                    queue_id=item.queue_id,
                    accepted=settings.auto_assign,
                    forced=choice.forced,
                    countdown=settings.countdown,
                )
            )
            if isinstance(made, Offer):
                await self._decisions.keep(item.conversation_id, made.offer_id, explanation)
                await self._work.count_turn(item.queue_id, agent_id)
            return made

    def _tell(self, look: Look, offer: Offer) -> None:
        self._doorbell.ring(offer.conversation_id)
        WAITED.observe(max((datetime.now(UTC) - look.item.queued_at).total_seconds(), 0))
        log.info(
            "offered",
            conversation_id=str(offer.conversation_id),
            agent_id=str(offer.agent_id),
            queue_id=str(offer.queue_id),
            offer_id=str(offer.offer_id),
        )


def _settings(choice: Choice, work: WorkSettings) -> OfferSettings:
    """Those whom the customer knows may be asked in another way."""
    is_known = choice.merit is not Merit.METHOD
    return (work.returning.offers if is_known else None) or work.offers


def _is_about_the_agent(made: Made) -> bool:
    """Somebody else may still be able to take it."""
    return not isinstance(made, Offer | NotOffered) or made is NotOffered.NO_SUCH_AGENT
