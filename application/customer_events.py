"""What customers do beside writing: take back, change, type, and say whether they may be written to."""

import time
from collections import OrderedDict
from typing import Final, TypeAlias, assert_never

from application.dispatch import Doorbell
from domain.ids import EndpointId, MessageId
from domain.messages import ConsentReported, MessageEdited, MessageWithdrawn, TypingReported
from storage.afterthoughts import Afterthoughts, MessageName
from storage.blobs import BlobStore
from storage.consents import Consents
from storage.database import Database
from storage.intake import IntakeEndpoint
from storage.tombstones import Tombstones
from storage.typing_signals import TypingSignals

CustomerEvent: TypeAlias = MessageEdited | MessageWithdrawn | TypingReported | ConsentReported

# Providers repeat that somebody is typing with every few letters; people see no difference.
TYPING_EVERY: Final = 2.0
TYPING_KEPT: Final = 5_000
SETTLED_AT_A_TIME: Final = 100


class CustomerEvents:
    """Each of them may come more than once, and in any order."""

    def __init__(self, *, database: Database, blobs: BlobStore, doorbell: Doorbell) -> None:
        self._database = database
        self._blobs = blobs
        self._doorbell = doorbell
        self._afterthoughts = Afterthoughts(database)
        self._consents = Consents(database)
        self._tombstones = Tombstones(database)
        self._signals = TypingSignals(database)
        self._typing: OrderedDict[tuple[EndpointId, str, bool], float] = OrderedDict()

    async def take(self, endpoint: IntakeEndpoint, event: CustomerEvent) -> None:
        """What it says is durable, or told, when this returns."""
        match event:
            case MessageWithdrawn():
                await self._afterthoughts.withdraw(endpoint.endpoint_id, event)
                await self.settle(_name(endpoint, event.provider_message_id))
            case MessageEdited():
                await self._afterthoughts.edit(endpoint.endpoint_id, event)
                await self.settle(_name(endpoint, event.provider_message_id))
            case ConsentReported():
                for conversation_id in await self._consents.report(endpoint.channel, event):
                    self._doorbell.ring(conversation_id)
            case TypingReported():
                if self._is_news(endpoint, event):
                    await self._signals.tell(endpoint.channel, endpoint.endpoint_id, event)
            case _:
                assert_never(event)

    async def message_came(self, endpoint: IntakeEndpoint, provider_message_id: str) -> None:
        """Its author may have taken it back before it was here."""
        name = _name(endpoint, provider_message_id)
        if await self._afterthoughts.is_kept(name):
            await self.settle(name)

    async def settle(self, name: MessageName) -> None:
        """Apply what its author thought of afterwards, if both are here."""
        async with self._database.transaction():
            changed = await self._afterthoughts.apply(name)
            if changed is not None and changed.has_no_files:
                await self._forget(changed.message_id)

    async def settle_some(self) -> int:
        """Apply what a process left that died; return how many those were."""
        due = await self._afterthoughts.due(SETTLED_AT_A_TIME)
        for name in due:
            await self.settle(name)
        return len(due)

    async def _forget(self, message_id: MessageId) -> None:
        """Its files, and the answers to repeated requests in which it was shown."""
        files = await self._afterthoughts.files(message_id)
        for media_id in files:
            await self._blobs.delete(media_id)  # before its row, which is all that knows of it
        await self._tombstones.forget_files(files)
        await self._tombstones.forget_answers([str(message_id)])

    def _is_news(self, endpoint: IntakeEndpoint, event: TypingReported) -> bool:
        who = (endpoint.endpoint_id, event.address, event.is_typing)
        now, told = time.monotonic(), self._typing.get(who)
        if told is not None and now - told < TYPING_EVERY:
            return False
        self._typing.pop((endpoint.endpoint_id, event.address, not event.is_typing), None)
        self._typing[who] = now
        self._typing.move_to_end(who)
        if len(self._typing) > TYPING_KEPT:
            self._typing.popitem(last=False)
        return True


def _name(endpoint: IntakeEndpoint, provider_message_id: str) -> MessageName:
    return MessageName(endpoint_id=endpoint.endpoint_id, provider_message_id=provider_message_id)
