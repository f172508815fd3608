"""Bring a customer's files into our own store."""

from temporalio import activity

from activities import Activities
from activities.failures import as_failure
from activities.heartbeats import heartbeating
from domain.errors import MediaUnavailable
from domain.ids import MessageId
from domain.ports import MediaCopier


class MediaActivities:
    """Copying at ingest: a provider's link expires, our copy does not."""

    def __init__(self, copier: MediaCopier) -> None:
        self._copier = copier

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (self.copy_media, self.give_up_media)

    @activity.defn
    async def copy_media(self, message_id: MessageId) -> None:
        """Fetch every pending file of the message. Raises a retryable failure."""
        async with heartbeating():
            try:
                await self._copier.copy(message_id)
            except MediaUnavailable as error:
                raise as_failure(error, retry=True) from error

    @activity.defn
    async def give_up_media(self, message_id: MessageId) -> None:
        """The time for retries is over: the agent sees that the file could not be fetched."""
        await self._copier.give_up(message_id, "This file could not be fetched and checked in time.")
