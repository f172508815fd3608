"""Conversations as people see them, and the read model that workflows keep."""

from collections.abc import Collection
from typing import Final

from psycopg.sql import SQL

from domain.conversations import State
from domain.errors import NotFound
from domain.ids import ConversationId, QueueId
from domain.timers import TimerPolicy
from domain.values import Value
from domain.views import ConversationView, Order
from storage.paging import page, position, window
from storage.projections import Projections
from storage.visibility import IS_VISIBLE, Viewer

__all__ = ["Conversations", "Viewer"]

ONE: Final = SQL("""
    SELECT * FROM conversation_views v WHERE v.conversation_id = %(conversation_id)s AND {is_visible}
""").format(is_visible=IS_VISIBLE)
# The page is found first; only its conversations are joined with the names people read.
_PAGE: Final = SQL("""
    SELECT shown.* FROM (
        SELECT v.conversation_id, v.priority FROM conversations v
        WHERE {among} AND v.state = ANY (%(states)s) AND {is_visible}
          AND (NOT %(mine)s OR v.agent_id = %(agent_id)s)
          AND (%(queue_id)s::uuid IS NULL OR v.queue_id = %(queue_id)s)
          AND (%(before)s::uuid IS NULL OR {beyond})
        ORDER BY {order}
        LIMIT %(limit)s
    ) AS page
    JOIN conversation_views shown ON shown.conversation_id = page.conversation_id
    ORDER BY {order_of_page}
""")
_NEWEST: Final = {
    "beyond": SQL("v.conversation_id < %(before)s"),
    "order": SQL("v.conversation_id DESC"),
    "order_of_page": SQL("page.conversation_id DESC"),
    "is_visible": IS_VISIBLE,
}
# Ids are in the order of time.
_URGENT: Final = {
    "beyond": SQL("""(v.priority, v.conversation_id) > (
        SELECT c.priority, c.conversation_id FROM conversations c WHERE c.conversation_id = %(before)s
    )"""),
    "order": SQL("v.priority, v.conversation_id"),
    "order_of_page": SQL("page.priority, page.conversation_id"),
    "is_visible": IS_VISIBLE,
}
# Running conversations are few among many: said like this, PostgreSQL reads an index of only them.
RUNNING: Final = _PAGE.format(among=SQL("v.state <> 'closed'"), **_NEWEST)
AMONG_ALL: Final = _PAGE.format(among=SQL("true"), **_NEWEST)
MOST_URGENT: Final = _PAGE.format(among=SQL("v.state <> 'closed'"), **_URGENT)
TIMERS: Final = """
    SELECT w.timers || CASE WHEN w.persistent THEN '{}' ELSE coalesce(chat.timers, '{}') END
               || coalesce((SELECT timers FROM timers_of_the_organization), '{}')
               || coalesce((SELECT o.timers FROM timers_of_overflow o
                            WHERE o.conversation_id = c.conversation_id), '{}') AS timers
    FROM conversations c
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    LEFT JOIN widgets chat ON chat.endpoint_id = c.endpoint_id
    WHERE c.conversation_id = %(conversation_id)s
"""
_QUERIES: Final = {Order.NEWEST: RUNNING, Order.URGENCY: MOST_URGENT}
_EVERYBODY: Final = Viewer(sees_all=True)
_NOT_CLOSED: Final = tuple(state for state in State if state is not State.CLOSED)


class _Policy(Value):
    timers: TimerPolicy


class Conversations(Projections):
    """The read model: workflows write it, people read it."""

    async def get(
        self, conversation_id: ConversationId, viewer: Viewer = _EVERYBODY
    ) -> ConversationView:
        which = {"conversation_id": conversation_id, **viewer.model_dump()}
        view = await self._db.row(ConversationView, ONE, which)
        if view is None:
            raise NotFound(f"There is no conversation {conversation_id} that you may see.")
        return view

    async def listing(
        self,
        viewer: Viewer,
        *,
        states: Collection[State] = (),
        queue_id: QueueId | None = None,
        mine: bool = False,
        order: Order = Order.NEWEST,
        cursor: str | None = None,
        limit: int = 50,
    ) -> tuple[list[ConversationView], str | None]:
        """Without states: every conversation that is not closed. Closed ones are not urgent."""
        which = {
            **viewer.model_dump(),
            "states": [state.value for state in states or _NOT_CLOSED],
            "queue_id": queue_id,
            "mine": mine,
            "before": position(cursor),
            "limit": window(limit),
        }
        query = AMONG_ALL if State.CLOSED in states else _QUERIES[order]
        rows = await self._db.rows(ConversationView, query, which)
        return page(rows, limit, lambda view: view.conversation_id)

    async def timer_policy(self, conversation_id: ConversationId) -> TimerPolicy:
        """The durations that apply to this conversation now."""
        policy = await self._db.row(_Policy, TIMERS, {"conversation_id": conversation_id})
        if policy is None:
            raise NotFound(f"There is no conversation {conversation_id}.")
        return policy.timers
