"""What happened in one conversation, read again by whoever opens its transcript."""

from typing import LiteralString

from storage.conversations import Conversations, Viewer
from storage.events import LiveEvents
from tests.integration.house import House

EVERYBODY = Viewer(sees_all=True)
ANNOUNCE: LiteralString = """
    INSERT INTO conversation_events (conversation_id, type, data)
    SELECT conversation_id, 'announced', jsonb_build_object('trigger', %(trigger)s::text)
    FROM conversations
"""


async def test_the_latest_announcements_are_read_in_order_by_those_who_see_the_conversation(
    house: House,
) -> None:
    await house.receive("SM1")
    (conversation,), _ = await Conversations(house.db).listing(EVERYBODY)
    for trigger in ("agent_assigned", "window_closing", "window_closed"):
        await house.db.execute(ANNOUNCE, {"trigger": trigger})
    events = LiveEvents(house.db)
    found = await events.announced(conversation.conversation_id, EVERYBODY, limit=2)
    assert [event.data["trigger"] for event in found] == ["window_closing", "window_closed"]
    assert await events.announced(conversation.conversation_id, Viewer()) == ()
