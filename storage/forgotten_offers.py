"""Offers whose time was over long ago: no workflow knows of them, so nobody would ever settle them."""

from datetime import timedelta
from typing import Final

from domain.ids import ConversationId, OfferId
from domain.offers import OfferState
from domain.values import Value
from storage.database import Database
from storage.leases import LOCK, Leases
from storage.offer_settling import OfferSettling

_IS_FORGOTTEN: Final = """
    state = 'open' AND purpose <> 'consult'
    AND expires_at < statement_timestamp() - %(older_than)s::interval
"""
SOME: Final = f"""
    SELECT offer_id, conversation_id FROM offers WHERE {_IS_FORGOTTEN}
    ORDER BY expires_at LIMIT %(limit)s
"""  # noqa: S608 - its condition stands above
OF_CONVERSATION: Final = f"""
    SELECT offer_id, conversation_id FROM offers
    WHERE conversation_id = %(conversation_id)s AND {_IS_FORGOTTEN}
"""  # noqa: S608 - its condition stands above


class _Forgotten(Value):
    offer_id: OfferId
    conversation_id: ConversationId


class ForgottenOffers:
    """A restored backup has some: what became of them happened after it was made.

    As long as one is open, nobody else can be offered the conversation, or take it.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._settling = OfferSettling(db)
        self._leases = Leases(db)

    async def some(self, older_than: timedelta, limit: int) -> list[ConversationId]:
        """Conversations that have one, the oldest first."""
        which = {"older_than": older_than, "limit": limit}
        return [row.conversation_id for row in await self._db.rows(_Forgotten, SOME, which)]

    async def withdraw(self, conversation_id: ConversationId, older_than: timedelta) -> None:
        """Nobody is asked any more. It is held against nobody: whoever it was may have answered."""
        which = {"conversation_id": conversation_id, "older_than": older_than}
        async with self._db.transaction():
            await self._db.execute(LOCK, which)
            rows = await self._db.rows(_Forgotten, OF_CONVERSATION, which)
            fates = {row.offer_id: OfferState.WITHDRAWN for row in rows}
            await self._settling.settle(conversation_id, fates)
            await self._leases.follow(conversation_id)
