"""What operators can search conversations by in the Temporal UI. Never a name, a number or a text."""

from typing import Any, Final

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from domain.conversations import ConversationStart, Memory, State

STATE: Final = SearchAttributeKey.for_keyword("ConvState")
CHANNEL: Final = SearchAttributeKey.for_keyword("ConvChannel")
QUEUE: Final = SearchAttributeKey.for_keyword("ConvQueue")
AGENT: Final = SearchAttributeKey.for_keyword("ConvAgent")
ENDPOINT: Final = SearchAttributeKey.for_keyword("ConvEndpoint")
LANGUAGE: Final = SearchAttributeKey.for_keyword("ConvLanguage")
WINDOW_UNTIL: Final = SearchAttributeKey.for_datetime("ConvWindowUntil")

_KEYWORDS: Final = (STATE, CHANNEL, QUEUE, AGENT, ENDPOINT, LANGUAGE)

ALL: Final[dict[str, str]] = {
    **{key.name: "Keyword" for key in _KEYWORDS},
    WINDOW_UNTIL.name: "Datetime",
}
"""Name and Temporal type of each, for whoever registers them."""


def at_start(start: ConversationStart) -> TypedSearchAttributes:
    """The attributes a conversation is born with; setting them at the start costs nothing."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(STATE, State.OPEN.value),
        SearchAttributePair(CHANNEL, start.channel.value),
        SearchAttributePair(QUEUE, start.queue_name),
        SearchAttributePair(ENDPOINT, start.endpoint_name),
        SearchAttributePair(LANGUAGE, start.language),
    ]
    return TypedSearchAttributes(pairs)


def in_queue(name: str) -> list[SearchAttributeUpdate[Any]]:
    """What to upsert when it went to another queue."""
    return [QUEUE.value_set(name)]


def changes(memory: Memory) -> list[SearchAttributeUpdate[Any]]:
    """What to upsert when the state or the assignee changed."""
    agent = AGENT.value_set(str(memory.agent_id)) if memory.agent_id else AGENT.value_unset()
    window = memory.window_expires_at
    until = WINDOW_UNTIL.value_set(window) if window else WINDOW_UNTIL.value_unset()
    return [STATE.value_set(memory.state.value), agent, until]
