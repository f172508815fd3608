"""Keys, sessions, lock-outs, the audit log, idempotency keys and the quarantine."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.configuration import ApiKey, Scope
from domain.errors import Conflict, InvalidInput, NotFound
from domain.ids import new_id
from storage.access import ApiKeys, Sessions, SignInAttempts
from storage.agents import Agents
from storage.audit import AuditLog
from storage.database import Database
from storage.idempotency import IdempotencyKeys, Stored
from storage.quarantine import LARGEST_BODY, Quarantine
from storage.watermarks import Watermarks
from tests.integration.house import House, now

HASH = b"h" * 32


def a_key(**override: Any) -> ApiKey:
    values: dict[str, Any] = {
        "key_id": new_id(),
        "name": "CI",
        "prefix": "hf_1234",
        "scopes": (Scope.CONFIG_READ, Scope.AGENT),
        "created_at": now(),
    }
    return ApiKey(**values | override)


async def test_a_key_is_found_by_its_hash_and_remembers_when_it_was_used(database: Database) -> None:
    keys, key = ApiKeys(database), a_key()
    await keys.create(key, HASH)

    assert await keys.by_hash(HASH) == key
    used = await keys.by_hash(HASH)
    assert used is not None
    assert used.last_used_at is not None
    assert await keys.by_hash(b"another") is None
    assert [one.key_id for one in (await keys.listing(None, 10))[0]] == [key.key_id]


async def test_a_revoked_or_expired_key_opens_nothing(database: Database) -> None:
    keys, key = ApiKeys(database), a_key()
    await keys.create(key, HASH)
    await keys.create(a_key(expires_at=now() - timedelta(seconds=1)), b"expired")
    await keys.revoke(key.key_id)

    assert await keys.by_hash(HASH) is None
    assert await keys.by_hash(b"expired") is None
    with pytest.raises(NotFound):
        await keys.revoke(new_id())


async def test_a_key_ends_with_its_agent(house: House) -> None:
    keys, agents = ApiKeys(house.db), Agents(house.db)
    await keys.create(a_key(agent_id=house.bob.agent_id), HASH)
    await agents.update(house.bob.model_copy(update={"enabled": False}), 1)
    assert await keys.by_hash(HASH) is None


async def test_a_session_ends_by_time_by_revocation_and_with_its_agent(house: House) -> None:
    sessions, alice = Sessions(house.db), house.alice
    later = now() + timedelta(hours=1)
    await sessions.create(b"good", alice.agent_id, later)
    await sessions.create(b"over", alice.agent_id, now() - timedelta(seconds=1))
    await sessions.create(b"bobs", house.bob.agent_id, later)

    assert await sessions.by_hash(b"good") == alice
    assert await sessions.by_hash(b"over") is None
    assert await sessions.purge() == 1
    await sessions.revoke(b"good")
    assert await sessions.by_hash(b"good") is None
    await sessions.revoke_all(house.bob.agent_id)
    assert await sessions.by_hash(b"bobs") is None


async def test_failed_sign_ins_are_counted_within_a_window(database: Database) -> None:
    attempts = SignInAttempts(database)
    for _ in range(3):
        await attempts.failed("a@example.com")
    assert await attempts.failures("a@example.com", timedelta(minutes=5)) == 3
    assert await attempts.failures("a@example.com", timedelta()) == 0
    await attempts.clear("a@example.com")
    assert await attempts.failures("a@example.com", timedelta(minutes=5)) == 0
    await attempts.failed("b@example.com")
    assert await attempts.purge(timedelta()) == 1


async def test_the_audit_log_is_read_newest_first_and_by_subject(database: Database) -> None:
    audit, queue_id = AuditLog(database), new_id()
    await audit.record(
        actor="Ada", action="created", subject="queue", subject_id=queue_id, changes={"name": "x"}
    )
    await audit.record(actor="Ada", action="created", subject="agent")

    everything, _ = await audit.listing(None, 10)
    queues, _ = await audit.listing(None, 10, subject="queue", subject_id=queue_id)
    first, cursor = await audit.listing(None, 1)
    second, end = await audit.listing(cursor, 1)

    assert [entry.subject for entry in everything] == ["agent", "queue"]
    assert [(entry.actor, entry.changes) for entry in queues] == [("Ada", {"name": "x"})]
    assert (first + second, end) == (everything, None)


async def test_an_entry_and_its_change_stand_or_fall_together(house: House) -> None:
    audit, agents = AuditLog(house.db), Agents(house.db)

    async def remove_twice() -> None:
        async with house.db.transaction():
            await audit.record(actor="Ada", action="deleted", subject="agent")
            await agents.delete(house.bob.agent_id)
            await agents.delete(house.bob.agent_id)

    with pytest.raises(NotFound):
        await remove_twice()

    assert await audit.listing(None, 10) == ([], None)
    assert await agents.get(house.bob.agent_id) == house.bob


async def test_a_repeated_request_gets_the_first_answer(database: Database) -> None:
    keys, answer = IdempotencyKeys(database), Stored(status=201, body=b"{}")
    assert await keys.begin("ci", "k", b"f") is None
    await keys.finish("ci", "k", answer)

    assert await keys.begin("ci", "k", b"f") == answer
    assert await keys.begin("other", "k", b"f") is None
    with pytest.raises(InvalidInput, match="another request"):
        await keys.begin("ci", "k", b"g")


async def test_of_requests_that_race_one_goes_ahead(database: Database) -> None:
    keys = IdempotencyKeys(database)
    results = await asyncio.gather(
        *(keys.begin("ci", "k", b"f") for _ in range(5)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 4


async def test_an_unfinished_request_can_be_given_up_or_taken_over(database: Database) -> None:
    keys = IdempotencyKeys(database)
    await keys.begin("ci", "k", b"f")
    await keys.abandon("ci", "k")
    assert await keys.begin("ci", "k", b"f") is None
    await database.execute("UPDATE idempotency_keys SET started_at = now() - interval '2 minutes'")
    assert await keys.begin("ci", "k", b"f") is None
    assert await keys.purge(timedelta(hours=1)) == 0
    assert await keys.purge(timedelta()) == 1


async def test_what_nobody_could_read_is_kept_within_bounds(house: House) -> None:
    quarantine = Quarantine(house.db)
    await quarantine.keep(
        house.account.account_id, body=b"x" * (LARGEST_BODY + 1), headers={"a": "b"}, why="odd"
    )
    await quarantine.keep(None, body=b"\x00", headers={}, why="no endpoint")

    kept, _ = await quarantine.listing(None, 10)
    assert [(one.why, len(one.body)) for one in kept] == [("no endpoint", 1), ("odd", LARGEST_BODY)]
    assert kept[1].headers == {"a": "b"}
    assert await quarantine.purge(timedelta()) == 2


async def test_a_watermark_never_goes_back(house: House) -> None:
    marks, endpoint_id = Watermarks(house.db), house.endpoint.endpoint_id
    assert await marks.get(endpoint_id) is None
    later, earlier = now(), datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    await marks.set(endpoint_id, later)
    await marks.set(endpoint_id, earlier)
    assert await marks.get(endpoint_id) == later
