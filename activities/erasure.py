"""Erase one person, in steps that may each be repeated."""

from uuid import UUID

from temporalio import activity

from activities import Activities
from activities.heartbeats import heartbeating
from domain.ports import Eraser


class ErasureActivities:
    """The steps; what they do is behind the port, how far they came is in PostgreSQL."""

    def __init__(self, eraser: Eraser) -> None:
        self._eraser = eraser

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (
            self.detach_contact,
            self.close_conversations_of_contact,
            self.erase_some,
            self.prove_erasure,
            self.give_up_erasure,
            self.resume_erasures,
        )

    @activity.defn
    async def detach_contact(self, erasure_id: UUID) -> None:
        """A later message of the person starts a new contact."""
        await self._eraser.detach(erasure_id)

    @activity.defn
    async def close_conversations_of_contact(self, erasure_id: UUID) -> None:
        """Fails, to be repeated, while one still runs."""
        async with heartbeating():
            await self._eraser.close_conversations(erasure_id)

    @activity.defn
    async def erase_some(self, erasure_id: UUID) -> int:
        """One batch; 0 when nothing is left to erase."""
        async with heartbeating():
            return await self._eraser.erase_some(erasure_id)

    @activity.defn
    async def prove_erasure(self, erasure_id: UUID) -> int:
        """How much is left; with 0 the certificate is written."""
        async with heartbeating():
            return await self._eraser.prove(erasure_id)

    @activity.defn
    async def give_up_erasure(self, erasure_id: UUID) -> None:
        """Let an admin know that something is found again and again."""
        await self._eraser.give_up(erasure_id)

    @activity.defn
    async def resume_erasures(self) -> int:
        """Start those that could not be started when they were asked for."""
        return await self._eraser.resume()
