"""Two people and their traces: one to be erased, one whose number begins alike and who stays."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from application.erasure import Erasing
from application.identity_hashes import IdentityHashes
from domain.errors import Unavailable
from domain.ids import ContactId, ConversationId, MediaId, MessageId, new_id
from domain.messages import Media, MediaItem, PictureSize, Sender, Text
from domain.offers import Offer
from domain.views import ConversationView
from storage.audit import AuditLog
from storage.blobs import BlobStore, FileBlobs, Part
from storage.database import Database, Model, Parameters, Query
from storage.erasures import Erasures
from storage.idempotency import IdempotencyKeys, Stored
from storage.media import MediaFiles
from storage.media import Stored as StoredBytes
from storage.notes import Notes
from storage.offer_list import OfferList
from storage.offers import NewOffer, Offers
from storage.quarantine import Quarantine
from tests.shop import Shop, an_outbound

PHONE: Final = "+4915112345678"
BARE: Final = PHONE.removeprefix("+")
USER_ID: Final = "whatsapp:DE.1A2b3C4d5E6f7G8h9I0j"
NEIGHBOUR: Final = "+491511234567"
"""The beginning of the same number, and somebody else's."""

Result = TypeVar("Result")

ALICE: Final = Sender(
    address=f"whatsapp:{PHONE}",
    display_name="Alice Wonder",
    phone=PHONE,
    other_ids={"wa_id": BARE, "external_user_id": USER_ID},
)
BOB: Final = Sender(address=f"whatsapp:{NEIGHBOUR}", display_name="Bob", phone=NEIGHBOUR)
HASHES: Final = IdentityHashes(["a key"])
TRACES: Final = (BARE, USER_ID.partition(":")[2], "Alice", "knee", "prescription", "allergic")
"""What must be nowhere once Alice is erased."""


@dataclass
class Traces:
    """What Alice and Bob left."""

    shop: Shop
    blobs: BlobStore
    contact_id: ContactId
    conversation_id: ConversationId
    neighbour: ConversationId
    file: MediaId
    answer: MessageId

    async def close(self) -> None:
        """As their workflows would."""
        await self.shop.database.execute(
            "UPDATE conversations SET state = 'closed', closed_at = now() WHERE state <> 'closed'"
        )

    async def texts(self, conversation_id: ConversationId) -> list[Any]:
        query = "SELECT content FROM messages WHERE conversation_id = %(id)s ORDER BY seq"
        async with self.shop.database.connection() as connection:
            rows = await connection.execute(query, {"id": conversation_id})
            return [row["content"] for row in await rows.fetchall()]


async def traces(shop: Shop, media_dir: Path, blobs: BlobStore | None = None) -> Traces:
    """Alice in every table where somebody can be, and Bob, who mentions her."""
    blobs = blobs or FileBlobs(media_dir)
    file = MediaItem(media_id=new_id(), mime_type="image/png", file_name=f"scan {PHONE}.png")
    first = await shop.hears("My knee hurts", sender=ALICE, details={"referral_body": f"call {BARE}"})
    await shop.hears(sender=ALICE, content=Media(items=(file,), caption="prescription"))
    bob = await shop.hears(f"Ask my sister: +49 151-12345678, not {NEIGHBOUR}", sender=BOB)
    await blobs.put(file.media_id, b"a picture of a prescription")
    await blobs.put(file.media_id, b"a smaller one", Part.THUMBNAIL)
    scan = StoredBytes(
        size=27,
        mime_type="image/png",
        file_name=f"{PHONE}.png",
        sha256=b"x",
        thumbnail=PictureSize(width=3, height=2),
    )
    await MediaFiles(shop.database).stored(file.media_id, scan)
    answer = await an_outbound(shop, first, content=Text(text=f"We call {PHONE}"))
    await shop.database.execute(
        "UPDATE deliveries SET error_text = %(said)s", {"said": f"To {PHONE}: not now"}
    )
    await Notes(shop.database).add(first.conversation_id, shop.ann.agent_id, "allergic to penicillin")
    await Notes(shop.database).add(bob.conversation_id, shop.ann.agent_id, f"sister: {PHONE}")
    for conversation, said in ((first, "Alice and her knee again"), (bob, f"I know {PHONE}")):
        await _declined(shop, conversation, said)
    await _kept_for_a_while(shop, first.conversation_id)
    return Traces(
        shop=shop,
        blobs=blobs,
        contact_id=first.contact_id,
        conversation_id=first.conversation_id,
        neighbour=bob.conversation_id,
        file=file.media_id,
        answer=answer,
    )


async def _declined(shop: Shop, conversation: ConversationView, reason: str) -> None:
    """Ann was offered it, and said why she left it to somebody else."""
    new = NewOffer(conversation_id=conversation.conversation_id, agent_id=shop.ann.agent_id)
    offer = await Offers(shop.database).make(new)
    assert isinstance(offer, Offer)
    await OfferList(shop.database).give_reason(offer.offer_id, reason)
    await shop.database.execute("UPDATE offers SET state = 'declined', settled_at = now()")
    await shop.database.execute("DELETE FROM capacity_leases")


async def _kept_for_a_while(shop: Shop, conversation_id: ConversationId) -> None:
    database = shop.database
    await Quarantine(database).keep(
        shop.account.account_id,
        body=f"From=whatsapp%3A%2B{BARE}&Body=my+knee".encode(),
        headers={"x": "y"},
        why="It cannot be stored.",
    )
    keys = IdempotencyKeys(database)
    for key, body in (("a", {"conversation_id": str(conversation_id), "text": "knee"}), ("b", {})):
        await keys.begin("caller", key, b"f")
        await keys.finish("caller", key, Stored(status=202, body=json.dumps(body).encode()))
    await AuditLog(database).record(
        actor="Bo", action="updated", subject="queue", changes={"name": {"to": f"VIP {PHONE}"}}
    )
    await shop.accounts.report_error(shop.account.account_id, f"{PHONE} is not a WhatsApp number.")
    await database.execute(
        "INSERT INTO parked_callbacks (account_id, provider_message_id, status, rank, error_text)"
        " SELECT account_id, 'SMx', 'failed', 5, %(said)s FROM accounts",
        {"said": f"{PHONE} is not reachable"},
    )


async def everything_in(database: Database) -> dict[str, str]:
    """All rows of each table, as text."""
    async with database.connection() as connection:
        tables = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row["tablename"] for row in await tables.fetchall()]
        return {
            name: str(await (await connection.execute(f"TABLE {name}".encode())).fetchall())
            for name in names
        }


class StumblingDatabase(Database):
    """Breaks off after so many calls, then after so many more: by default one more each time."""

    def __init__(self, database: Database, strides: Iterable[int] | None = None) -> None:
        super().__init__(database._pool, database.conninfo)
        self.falls = 0
        self._strides = iter(strides or count(1))
        self._left = next(self._strides)

    async def rows(
        self, model: type[Model], query: Query, parameters: Parameters | None = None
    ) -> list[Model]:
        self._step()
        return await super().rows(model, query, parameters or {})

    async def row(
        self, model: type[Model], query: Query, parameters: Parameters | None = None
    ) -> Model | None:
        self._step()
        return await super().row(model, query, parameters or {})

    async def one(self, query: Query, parameters: Parameters | None = None) -> dict[str, Any] | None:
        self._step()
        return await super().one(query, parameters or {})

    async def execute(self, query: Query, parameters: Parameters | None = None) -> int:
        self._step()
        return await super().execute(query, parameters or {})

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.falls += 1
            self._left = next(self._strides, 0)
            raise Unavailable("The database does not answer.")


def an_eraser(left: Traces, database: Database | None = None) -> Erasing:
    return Erasing(
        database=database or left.shop.database,
        blobs=left.blobs,
        conversations=left.shop.conversations,
        starter=left.shop.erasures,
        hashes=HASHES,
    )


async def requested(left: Traces) -> UUID:
    return (await Erasures(left.shop.database).request(left.contact_id, "Bo", new_id())).erasure_id


async def erase(eraser: Erasing, erasure_id: UUID) -> int:
    """What the workflow does, in one round; how much is left."""
    await eraser.detach(erasure_id)
    await eraser.close_conversations(erasure_id)
    while await eraser.erase_some(erasure_id):
        pass
    return await eraser.prove(erasure_id)


async def insistently(step: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat a step until it succeeds, as Temporal does."""
    while True:
        try:
            return await step()
        except Unavailable:
            continue
