"""Operating hours, as admins wrote them down."""

from typing import Final
from uuid import UUID

from domain.operating_hours import OperatingHours
from storage.documents import document
from storage.resources import Resource, Statements

OPERATING_HOURS: Final = Statements(
    insert="""
        INSERT INTO operating_hours (operating_hours_id, name, time_zone, weekly, holidays,
                                     version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(time_zone)s, %(weekly)s, %(holidays)s,
                1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT operating_hours_id, name, time_zone, weekly, holidays, version, created_at, updated_at
        FROM operating_hours WHERE operating_hours_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT operating_hours_id, name, time_zone, weekly, holidays, version, created_at, updated_at
        FROM operating_hours
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR operating_hours_id > %(after)s)
        ORDER BY operating_hours_id LIMIT %(limit)s
    """,
    update="""
        UPDATE operating_hours
        SET name = %(name)s, time_zone = %(time_zone)s, weekly = %(weekly)s, holidays = %(holidays)s,
            version = version + 1, updated_at = now()
        WHERE operating_hours_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="""
        SELECT 1 FROM operating_hours
        WHERE operating_hours_id = %(id)s AND deleted_at IS NULL FOR UPDATE
    """,
    delete="""
        UPDATE operating_hours h SET deleted_at = now()
        WHERE h.operating_hours_id = %(id)s
          AND NOT EXISTS (SELECT FROM routing_rulesets r
                          WHERE h.operating_hours_id = ANY (r.operating_hours_ids))
          AND NOT EXISTS (SELECT FROM queues q
                          WHERE q.operating_hours_id = h.operating_hours_id
                            AND q.deleted_at IS NULL)
          AND NOT EXISTS (SELECT FROM widgets w JOIN endpoints e USING (endpoint_id)
                          WHERE w.settings ->> 'operating_hours_id' = h.operating_hours_id::text
                            AND e.deleted_at IS NULL)
    """,
    in_use={
        "widgets": """
            SELECT count(*) AS number FROM widgets w JOIN endpoints e USING (endpoint_id)
            WHERE w.settings ->> 'operating_hours_id' = %(id)s::uuid::text AND e.deleted_at IS NULL
        """,
        "queues": """
            SELECT count(*) AS number FROM queues
            WHERE operating_hours_id = %(id)s AND deleted_at IS NULL
        """,
        "sets of routing rules": """
            SELECT count(*) AS number FROM routing_rulesets WHERE %(id)s = ANY (operating_hours_ids)
        """,
    },
)


class OperatingHoursRows(Resource[OperatingHours]):
    """When a business answers."""

    noun = "set of operating hours"
    sql = OPERATING_HOURS
    model = OperatingHours

    def identity(self, value: OperatingHours) -> UUID:
        return value.operating_hours_id

    def parameters(self, value: OperatingHours) -> dict[str, object]:
        return {
            **value.model_dump(),
            "weekly": document(value.weekly),
            "holidays": document(value.holidays),
        }
