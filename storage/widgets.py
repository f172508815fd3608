"""Widgets: endpoints of live chat, each with a row of its own for what only widgets have."""

from typing import Final
from uuid import UUID

from domain.channels import ChannelName
from domain.ids import AccountId, EndpointId
from domain.widgets import ShopSignIn, Widget
from storage.documents import document
from storage.endpoints import ENDPOINTS
from storage.resources import Resource, Statements

WIDGETS: Final = Statements(
    insert="""
        WITH endpoint AS (
            INSERT INTO endpoints (endpoint_id, account_id, channel, name, address, workstream_id,
                                   language, enabled, settings, customers_may_send_files,
                                   agents_may_send_files, version, created_at, updated_at)
            VALUES (%(id)s, %(account_id)s, %(channel)s, %(name)s, %(id)s::uuid::text,
                    %(workstream_id)s, %(language)s, %(enabled)s, '{}', %(customers_may_send_files)s,
                    %(agents_may_send_files)s, 1, %(created_at)s, %(created_at)s)
            RETURNING endpoint_id
        )
        INSERT INTO widgets (endpoint_id, settings, timers)
        SELECT endpoint_id, %(settings)s, %(timers)s FROM endpoint
    """,
    get="""
        SELECT e.endpoint_id AS widget_id, e.account_id, e.name, e.workstream_id, e.language, e.enabled,
               e.customers_may_send_files, e.agents_may_send_files, w.settings, s.persistent,
               e.version, e.created_at, e.updated_at
        FROM endpoints e JOIN widgets w USING (endpoint_id) JOIN workstreams s USING (workstream_id)
        WHERE e.endpoint_id = %(id)s AND e.deleted_at IS NULL
    """,
    listing="""
        SELECT e.endpoint_id AS widget_id, e.account_id, e.name, e.workstream_id, e.language, e.enabled,
               e.customers_may_send_files, e.agents_may_send_files, w.settings, s.persistent,
               e.version, e.created_at, e.updated_at
        FROM endpoints e JOIN widgets w USING (endpoint_id) JOIN workstreams s USING (workstream_id)
        WHERE e.deleted_at IS NULL AND (%(after)s::uuid IS NULL OR e.endpoint_id > %(after)s)
        ORDER BY e.endpoint_id LIMIT %(limit)s
    """,
    update="""
        WITH endpoint AS (
            UPDATE endpoints
            SET name = %(name)s, workstream_id = %(workstream_id)s, language = %(language)s,
                enabled = %(enabled)s, customers_may_send_files = %(customers_may_send_files)s,
                agents_may_send_files = %(agents_may_send_files)s,
                version = version + 1, updated_at = now()
            WHERE endpoint_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
            RETURNING endpoint_id
        )
        UPDATE widgets SET settings = %(settings)s, timers = %(timers)s
        FROM endpoint WHERE widgets.endpoint_id = endpoint.endpoint_id
    """,
    lock=ENDPOINTS.lock,
    delete=ENDPOINTS.delete,
    in_use={"running chats": ENDPOINTS.in_use["running conversations"]},
    requires={
        **ENDPOINTS.requires,
        "settings": """
            SELECT 1 WHERE %(operating_hours_id)s::uuid IS NULL
            UNION ALL
            SELECT 1 FROM (
                SELECT 1 FROM operating_hours
                WHERE operating_hours_id = %(operating_hours_id)s AND deleted_at IS NULL
                FOR KEY SHARE
            ) found
        """,
    },
)
# Whoever makes the first widget makes the account, and widgets of one issuer trust the same keys; the
# lock ends with the transaction.
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(4805372819918)"
ACCOUNT: Final = """
    SELECT account_id FROM accounts WHERE channel = 'live_chat' AND deleted_at IS NULL
    ORDER BY account_id LIMIT 1
"""

CARRIED_BY: Final = """
    SELECT w.endpoint_id FROM widgets w JOIN endpoints e USING (endpoint_id)
    WHERE e.deleted_at IS NULL AND w.settings -> 'allowed_origins' @> to_jsonb(%(origin)s::text)
"""
# Whoever pastes a key breaks its lines as they like.
OTHER_KEYS: Final = r"""
    SELECT e.name FROM widgets w JOIN endpoints e USING (endpoint_id)
    CROSS JOIN LATERAL jsonb_to_record(w.settings -> 'sign_in')
        AS known(issuer text, jwks_url text, public_key text)
    WHERE e.deleted_at IS NULL AND w.endpoint_id <> %(widget_id)s
      AND w.settings -> 'sign_in' <> 'null' AND known.issuer = %(issuer)s
      AND (known.jwks_url, regexp_replace(known.public_key, '\s', '', 'g'))
          IS DISTINCT FROM (%(jwks_url)s::text, regexp_replace(%(public_key)s::text, '\s', '', 'g'))
    ORDER BY e.endpoint_id LIMIT 1
"""


class Widgets(Resource[Widget]):
    """The widgets of this deployment. Their version is that of their endpoint."""

    noun = "widget"
    sql = WIDGETS
    model = Widget

    def identity(self, value: Widget) -> UUID:
        return value.widget_id

    def parameters(self, value: Widget) -> dict[str, object]:
        return {
            **value.model_dump(),
            "channel": ChannelName.LIVE_CHAT,
            "settings": document(value.settings),
            "operating_hours_id": value.settings.operating_hours_id,
            "timers": document(value.settings.reconnecting.timers),
        }

    async def carried_by(self, origin: str) -> frozenset[EndpointId]:
        """The widgets that pages of this origin may carry."""
        async with self._db.connection() as connection:
            cursor = await connection.execute(CARRIED_BY, {"origin": origin})
            return frozenset([row["endpoint_id"] for row in await cursor.fetchall()])

    async def with_other_keys(self, widget_id: EndpointId, sign_in: ShopSignIn) -> str | None:
        """The name of another widget of this issuer that trusts other keys.

        In a transaction: no other widget is checked before its end.
        """
        await self._db.execute(_ONE_AT_A_TIME)
        which = {**sign_in.model_dump(exclude={"audience"}), "widget_id": widget_id}
        found = await self._db.one(OTHER_KEYS, which)
        return found["name"] if found else None

    async def account(self) -> AccountId | None:
        """The account of all widgets. In a transaction: nobody else makes one before its end."""
        await self._db.execute(_ONE_AT_A_TIME)
        found = await self._db.one(ACCOUNT)
        return found["account_id"] if found else None
