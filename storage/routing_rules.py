"""Routing rules: as admins keep them, and as one book for whoever routes by them."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from domain.ids import OperatingHoursId, QueueId, WorkstreamId
from domain.operating_hours import OperatingHours
from domain.routing_rules import (
    Rule,
    Rulebook,
    Rules,
    Ruleset,
    RulesetKind,
    hours_asked_by,
    queues_in,
    skills_in,
)
from domain.values import Value
from storage.database import Database
from storage.documents import document
from storage.resources import Resource, Statements
from storage.skills import HOLD

RULESETS: Final = Statements(
    insert="""
        INSERT INTO routing_rulesets (ruleset_id, workstream_id, kind, rules, queue_ids,
                                      operating_hours_ids, version, created_at, updated_at)
        VALUES (%(id)s, %(workstream_id)s, %(kind)s, %(rules)s, %(queue_ids)s,
                %(operating_hours_ids)s, 1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT ruleset_id, workstream_id, kind, rules, version, created_at, updated_at
        FROM routing_rulesets WHERE ruleset_id = %(id)s
    """,
    listing="""
        SELECT ruleset_id, workstream_id, kind, rules, version, created_at, updated_at
        FROM routing_rulesets
        WHERE (%(after)s::uuid IS NULL OR ruleset_id > %(after)s)
        ORDER BY ruleset_id LIMIT %(limit)s
    """,
    update="""
        UPDATE routing_rulesets
        SET rules = %(rules)s, queue_ids = %(queue_ids)s,
            operating_hours_ids = %(operating_hours_ids)s,
            version = version + 1, updated_at = now()
        WHERE ruleset_id = %(id)s AND version = %(expected_version)s
    """,
    lock="SELECT 1 FROM routing_rulesets WHERE ruleset_id = %(id)s FOR UPDATE",
    # Not only marked: a rule may name a person, and nothing refers to it any more.
    delete="DELETE FROM routing_rulesets WHERE ruleset_id = %(id)s",
    requires={
        "workstream_id": """
            SELECT 1 FROM workstreams WHERE workstream_id = %(workstream_id)s AND deleted_at IS NULL
            FOR KEY SHARE
        """,
        "rules": """
            SELECT count(*) FROM (
                SELECT 1 FROM queues WHERE queue_id = ANY (%(queue_ids)s) AND deleted_at IS NULL
                FOR KEY SHARE
            ) queues
            HAVING count(*) = cardinality(%(queue_ids)s::uuid[])
        """,
        "skills": HOLD,
        "operating_hours_id": """
            SELECT count(*) FROM (
                SELECT 1 FROM operating_hours
                WHERE operating_hours_id = ANY (%(operating_hours_ids)s) AND deleted_at IS NULL
                FOR KEY SHARE
            ) hours
            HAVING count(*) = cardinality(%(operating_hours_ids)s::uuid[])
        """,
    },
)
SETS_OF_WORKSTREAM: Final = """
    SELECT ruleset_id, workstream_id, kind, rules, version, created_at, updated_at
    FROM routing_rulesets WHERE workstream_id = %(workstream_id)s ORDER BY ruleset_id
"""
OF_WORKSTREAM: Final = """
    SELECT kind, rules FROM routing_rulesets WHERE workstream_id = %(workstream_id)s
"""
HOURS: Final = """
    SELECT operating_hours_id, name, time_zone, weekly, holidays, version, created_at, updated_at
    FROM operating_hours WHERE operating_hours_id = ANY (%(ids)s) AND deleted_at IS NULL
"""
QUEUES: Final = """
    SELECT queue_id FROM queues WHERE queue_id = ANY (%(ids)s) AND deleted_at IS NULL
"""
_RULES: Final[TypeAdapter[tuple[Rule, ...]]] = TypeAdapter(Rules)


class _Written(Value):
    kind: RulesetKind
    rules: Any


class _Queue(Value):
    queue_id: QueueId


class Rulesets(Resource[Ruleset]):
    """Sets of rules."""

    noun = "set of routing rules"
    sql = RULESETS
    model = Ruleset

    def identity(self, value: Ruleset) -> UUID:
        return value.ruleset_id

    def parameters(self, value: Ruleset) -> dict[str, object]:
        return {
            **value.model_dump(exclude={"rules"}),
            "rules": document(value.rules),
            "queue_ids": sorted(queues_in(value.rules)),
            "operating_hours_ids": sorted(hours_asked_by(value.rules)),
            "skills": document(skills_in(value.rules)),
        }

    async def of(self, workstream_id: WorkstreamId) -> list[Ruleset]:
        """One of each kind at most."""
        return await self._db.rows(Ruleset, SETS_OF_WORKSTREAM, {"workstream_id": workstream_id})


class Rulebooks:
    """All rules of a workstream at once, with the hours that they ask about."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def read(self, workstream_id: WorkstreamId) -> Rulebook:
        """A workstream without rules has an empty one."""
        written = await self._db.rows(_Written, OF_WORKSTREAM, {"workstream_id": workstream_id})
        found: dict[RulesetKind, tuple[Rule, ...]] = {}
        for each in written:
            try:
                found[each.kind] = _RULES.validate_python(each.rules)
            except ValidationError:
                return Rulebook(unreadable=each.kind)
        return Rulebook(
            classification=found.get(RulesetKind.CLASSIFICATION, ()),
            routing=found.get(RulesetKind.ROUTE_TO_QUEUE, ()),
            hours=await self._asked_about([rule for rules in found.values() for rule in rules]),
        )

    async def _asked_about(self, rules: Sequence[Rule]) -> dict[OperatingHoursId, OperatingHours]:
        """Without those that cannot be read: rules that ask about them fail, and say so."""
        try:
            found = await self.hours(hours_asked_by(rules))
        except ValidationError:
            return {}
        return {each.operating_hours_id: each for each in found}

    async def hours(self, ids: Collection[OperatingHoursId]) -> list[OperatingHours]:
        """Those of them that exist."""
        return await self._db.rows(OperatingHours, HOURS, {"ids": list(ids)}) if ids else []

    async def queues(self, ids: Collection[QueueId]) -> list[QueueId]:
        """Those of them that exist."""
        rows = await self._db.rows(_Queue, QUEUES, {"ids": list(ids)}) if ids else []
        return [row.queue_id for row in rows]
