"""Everything that ever happened to leases and offers, written by triggers, and what must hold of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from domain.capacity import MOST_SESSIONS
from storage.database import Database

# Both tables change only while the row of the agent, or of the conversation, is locked: so the numbers
# are in the order in which others saw it. What is rolled back leaves nothing.
KEEP: Final = """
    CREATE TABLE log (
        id bigserial PRIMARY KEY, conversation_id uuid, agent_id uuid, units integer, offer text
    );
    CREATE FUNCTION log_lease() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO log (conversation_id, agent_id, units)
            VALUES (OLD.conversation_id, OLD.agent_id, -OLD.units);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO log (conversation_id, agent_id, units)
            VALUES (NEW.conversation_id, NEW.agent_id, NEW.units);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER z_log AFTER INSERT OR DELETE OR UPDATE OF agent_id, units ON capacity_leases
        FOR EACH ROW EXECUTE FUNCTION log_lease();
    CREATE FUNCTION log_offer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO log (conversation_id, agent_id, offer)
        VALUES (NEW.conversation_id, NEW.agent_id, NEW.state);
        RETURN NULL;
    END $$;
    CREATE TRIGGER z_log AFTER INSERT OR UPDATE OF state ON offers
        FOR EACH ROW EXECUTE FUNCTION log_offer();
"""
READ: Final = "SELECT conversation_id, agent_id, units, offer FROM log ORDER BY id"


class Logged(NamedTuple):
    """A lease taken (units) or freed (minus units); or the new state of an offer."""

    conversation_id: UUID
    agent_id: UUID
    units: int | None = None
    offer: str | None = None


async def keep_log(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute(KEEP)


async def read_log(db: Database) -> list[Logged]:
    async with db.connection() as connection:
        rows = await (await connection.execute(READ)).fetchall()
    return [Logged(**row) for row in rows]


def over_a_limit(log: Iterable[Logged], limits: Mapping[UUID, int]) -> Iterator[str]:
    """Every moment at which an agent had more than they may, or more than nothing was freed."""
    units: dict[UUID, int] = defaultdict(int)
    sessions: dict[UUID, int] = defaultdict(int)
    for number, each in enumerate(log):
        if each.units is not None:
            who = each.agent_id
            units[who] += each.units
            sessions[who] += 1 if each.units > 0 else -1
            if not (0 <= units[who] <= limits[who] and 0 <= sessions[who] <= MOST_SESSIONS):
                yield f"{number}: {who} has {sessions[who]} with {units[who]} of {limits[who]}"


def with_two(log: Iterable[Logged]) -> Iterator[str]:
    """Every moment at which a conversation was offered to two, or held of two."""
    asked: dict[UUID, set[UUID]] = defaultdict(set)
    held: dict[UUID, set[UUID]] = defaultdict(set)
    for number, each in enumerate(log):
        among = asked if each.offer else held
        if each.offer == "open" or (each.units or 0) > 0:
            among[each.conversation_id].add(each.agent_id)
        else:
            among[each.conversation_id].discard(each.agent_id)
        if len(among[each.conversation_id]) > 1:
            yield f"{number}: {each.conversation_id} is with {among[each.conversation_id]}"


def never_accepted(log: Iterable[Logged], conversations: Iterable[UUID]) -> set[UUID]:
    """Those that nobody ever got."""
    return set(conversations) - {each.conversation_id for each in log if each.offer == "accepted"}
