"""What a small organisation tells and asks its customers, set up in one line."""

from datetime import UTC, datetime
from typing import Any

from domain.automated import AutomatedMessage, Recipient
from domain.conversations import State
from domain.effects import Trigger
from domain.ids import ConversationId, new_id
from domain.messages import AuthorKind, Text
from domain.notices import ConsentQuestion, ConsentText, MonitoringNotice
from domain.ports import Projection
from domain.views import MessageView
from domain.wording import Wording
from storage.automated_messages import AutomatedMessages
from storage.messages import Messages
from storage.organization import Organizations
from storage.workstreams import Workstreams
from tests.shop import Shop

GREETING = Wording(texts={"en": "Hello, we have your message.", "de": "Guten Tag."})
NOTICE = MonitoringNotice(
    enabled=True, texts={"en": "We keep what is said here.", "ko": "기록됩니다."}, text_version=3
)
QUESTION = ConsentQuestion(
    mode="ask",
    texts={
        "en": ConsentText(question="May we learn from it? YES or NO.", yes=("Yes", "ok"), no=("No",)),
        "de": ConsentText(question="Einverstanden? JA oder NEIN.", yes=("ja",), no=("nein",)),
    },
    text_version=2,
)


async def says(shop: Shop, trigger: Trigger, **override: Any) -> AutomatedMessage:
    """Configure one automated message."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "automated_message_id": new_id(),
        "trigger": trigger,
        "channel": shop.endpoint.channel,
        "wording": GREETING,
        "created_at": now,
        "updated_at": now,
    }
    return await AutomatedMessages(shop.database).create(AutomatedMessage(**values | override))


async def tells_agents(shop: Shop, trigger: Trigger, text: str) -> AutomatedMessage:
    wording = Wording(texts={"en": text})
    return await says(shop, trigger, recipient=Recipient.AGENT, wording=wording)


async def gives_notice(shop: Shop, notice: MonitoringNotice = NOTICE) -> None:
    organizations = Organizations(shop.database)
    before = await organizations.get()
    await organizations.update(before.model_copy(update={"monitoring_notice": notice}), before.version)


async def sets(shop: Shop, **changes: Any) -> None:
    """Change the shop's workstream."""
    workstreams = Workstreams(shop.database)
    before = await workstreams.get(shop.workstream.workstream_id)
    await workstreams.update(before.model_copy(update=changes), before.version)


def a_projection(conversation_id: ConversationId, revision: int, *triggers: Trigger) -> Projection:
    """What a workflow shows when these are announced."""
    return Projection(
        conversation_id=conversation_id,
        revision=revision,
        state=State.ACTIVE,
        at=datetime.now(UTC),
        announcements=triggers,
    )


async def automated(shop: Shop, conversation_id: ConversationId) -> list[MessageView]:
    """What the system said, in order."""
    transcript = await Messages(shop.database).transcript(conversation_id)
    return [message for message in transcript if message.author is AuthorKind.SYSTEM]


def texts(messages: list[MessageView]) -> list[str]:
    return [message.content.text for message in messages if isinstance(message.content, Text)]
