"""What customers are shown beside messages: typing, reading, who comes and who goes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest
from structlog.testing import capture_logs

from application.representatives import Representatives
from channels.extras import Parties
from domain.channels import ChannelName
from domain.commands import AnyCommand
from domain.configuration import Agent, Credentials, Scope
from domain.conversations import State
from domain.errors import ProviderUnavailable
from domain.ids import AgentId, ConversationId, new_id
from domain.ports import Projection
from domain.views import ConversationView
from storage.conversations import Conversations as ConversationList
from storage.signal_points import SignalPoints
from tests.api.conftest import Http
from tests.fakes import FakeChannel, FakeConversations
from tests.shop import ALICE, NUMBER, Shop, an_outbound

PATH = "/agent/v1/conversations"


@dataclass
class Expressive(FakeChannel):
    """A channel that shows everything."""

    shown: list[tuple[str, str | None]] = field(default_factory=list)
    event_ids: list[UUID] = field(default_factory=list)
    parties: list[Parties] = field(default_factory=list)
    asked_to_show: int = 0

    def _show(self, what: str, parties: Parties) -> None:
        self.asked_to_show += 1
        if self.fault:
            raise self.fault
        self.parties.append(parties)
        self.shown.append((what, parties.agent_name))

    async def show_typing(self, parties: Parties, credentials: Credentials) -> None:
        self._show("typing", parties)

    async def mark_read(
        self, parties: Parties, provider_message_id: str, credentials: Credentials
    ) -> None:
        self._show(f"read {provider_message_id[-1]}", parties)

    async def joined(self, parties: Parties, credentials: Credentials, *, event_id: UUID) -> None:
        self.event_ids.append(event_id)
        self._show("joined", parties)

    async def left(self, parties: Parties, credentials: Credentials, *, event_id: UUID) -> None:
        self.event_ids.append(event_id)
        self._show("left", parties)


@dataclass
class Projecting(FakeConversations):
    """Does what an agent asks: `become` is what it projects then."""

    become: Callable[[ConversationId], Awaitable[None]] | None = None

    async def execute(
        self, conversation_id: ConversationId, channel: ChannelName, command: AnyCommand
    ) -> None:
        await super().execute(conversation_id, channel, command)
        if self.become:
            await self.become(conversation_id)


@pytest.fixture
def channel() -> Expressive:
    return Expressive()


@pytest.fixture
def projecting() -> Projecting:
    return Projecting()


@pytest.fixture
def conversations(projecting: Projecting) -> Projecting:
    return projecting


@pytest.fixture
async def conversation(shop: Shop) -> ConversationView:
    """Ann's."""
    heard = await shop.hears("Where is my parcel?")
    await shop.assign(heard.conversation_id, shop.ann)
    return await ConversationList(shop.database).get(heard.conversation_id)


async def told(shop: Shop) -> None:
    """Until everything that is told in the background was told."""
    async with shop.parts.signal_post.running():
        await shop.parts.signal_post.idle()


async def post(
    client: httpx2.AsyncClient, conversation: ConversationView, rest: str, **body: object
) -> int:
    answer = await client.post(f"{PATH}/{conversation.conversation_id}/{rest}", json=body or None)
    return answer.status_code


def turned(
    shop: Shop, state: State, agent: Agent | None, revision: int
) -> Callable[[ConversationId], Awaitable[None]]:
    async def become(conversation_id: ConversationId) -> None:
        agent_id: AgentId | None = agent.agent_id if agent else None
        projection = Projection(
            conversation_id=conversation_id,
            revision=revision,
            state=state,
            at=datetime.now(UTC),
            agent_id=agent_id,
        )
        await ConversationList(shop.database).project(projection)

    return become


async def test_a_customer_sees_that_their_agent_types(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    assert await post(ann, conversation, "typing") == 204
    await told(shop)
    assert channel.shown == [("typing", shop.ann.name)]
    [parties] = channel.parties
    assert (parties.endpoint_address, parties.recipient) == (NUMBER, ALICE)


async def test_typing_is_told_once_in_a_while_however_often_it_is_said(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    for _ in range(5):
        assert await post(ann, conversation, "typing") == 204
    await told(shop)
    assert len(channel.shown) == 1


async def test_a_provider_that_shows_nothing_is_no_error_of_the_agents(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    channel.fault = ProviderUnavailable("down")
    assert await post(ann, conversation, "typing") == 204
    message = conversation.last_message
    assert message is not None
    assert await post(ann, conversation, "read", message_id=str(message.message_id)) == 204
    await told(shop)
    assert (channel.shown, channel.asked_to_show) == ([], 2)


@pytest.mark.parametrize("rest", ["typing", "read"])
async def test_only_the_agent_who_has_it_shows_anything(
    http: Http, shop: Shop, channel: Expressive, conversation: ConversationView, rest: str
) -> None:
    message = conversation.last_message
    assert message is not None
    body = {"message_id": str(message.message_id)} if rest == "read" else {}
    eve, ben = [await http.keyed(Scope.AGENT, agent=each) for each in (shop.eve, shop.ben)]
    sam = await http.keyed(Scope.AGENT, Scope.SUPERVISOR, agent=shop.sam)
    assert await post(eve, conversation, rest, **body) == 404
    assert await post(ben, conversation, rest, **body) == 409
    assert await post(sam, conversation, rest, **body) == 409
    await told(shop)
    assert channel.shown == []


async def test_nobody_sees_typing_where_no_free_text_can_follow(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    await turned(shop, State.TEMPLATE_ONLY, shop.ann, 2)(conversation.conversation_id)
    assert await post(ann, conversation, "typing") == 204
    await told(shop)
    assert channel.shown == []


async def test_nothing_is_shown_to_somebody_who_asked_us_to_stop(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    async with shop.database.connection() as connection:
        await connection.execute(
            "INSERT INTO consents (endpoint_id, address_id, opted_out_at)"
            " SELECT endpoint_id, address_id, now() FROM conversations"
        )
    assert await post(ann, conversation, "typing") == 204
    await told(shop)
    assert channel.shown == []


async def test_the_customers_newest_message_is_marked_once(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    second = (await shop.hears("Hello?")).last_message
    answer = await an_outbound(shop, conversation)
    await shop.hears("Thank you")
    first = conversation.last_message
    assert first is not None
    assert second is not None
    for message_id in (answer, first.message_id, second.message_id):
        assert await post(ann, conversation, "read", message_id=str(message_id)) == 204
    await told(shop)
    assert channel.shown == [("read 2", shop.ann.name)]


async def test_a_message_of_nowhere_cannot_be_read(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    elsewhere = (await shop.hears_from("whatsapp:+4915100000000")).last_message
    assert elsewhere is not None
    for message_id in (new_id(), elsewhere.message_id):
        assert await post(ann, conversation, "read", message_id=str(message_id)) == 404
    await told(shop)
    assert channel.shown == []


async def test_a_customer_sees_who_comes_and_who_goes(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, projecting: Projecting
) -> None:
    conversation = await shop.hears()
    projecting.become = turned(shop, State.ACTIVE, shop.ann, 1)
    assert await post(ann, conversation, "accept") == 200
    assert await post(ann, conversation, "accept") == 200
    projecting.become = turned(shop, State.WRAP_UP, shop.ann, 2)
    assert await post(ann, conversation, "end") == 200
    projecting.become = None
    assert await post(ann, conversation, "close-session") == 200
    await told(shop)
    assert channel.shown == [("joined", shop.ann.name), ("left", shop.ann.name)]
    assert len(set(channel.event_ids)) == 2


async def test_the_same_change_is_the_same_event_for_whoever_saw_it(
    shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    channels = {channel.name: channel}
    before = conversation.model_copy(update={"agent_id": None, "state": State.OPEN})
    for _ in range(2):
        process = Representatives(SignalPoints(shop.database), shop.parts.signal_post, channels)
        await process.changed(before, conversation)
    await told(shop)
    assert [what for what, _ in channel.shown] == ["joined", "joined"]
    assert len(set(channel.event_ids)) == 1


async def test_a_takeover_tells_who_left_before_who_joined(
    http: Http, shop: Shop, channel: Expressive, projecting: Projecting, conversation: ConversationView
) -> None:
    sam = await http.keyed(Scope.AGENT, Scope.SUPERVISOR, agent=shop.sam)
    projecting.become = turned(shop, State.ACTIVE, shop.sam, 2)
    assert await post(sam, conversation, "accept") == 200
    await told(shop)
    assert channel.shown == [("left", shop.ann.name), ("joined", shop.sam.name)]


async def test_a_provider_that_is_down_keeps_no_agent_from_taking_a_conversation(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, projecting: Projecting
) -> None:
    channel.fault = ProviderUnavailable("down")
    conversation = await shop.hears()
    projecting.become = turned(shop, State.ACTIVE, shop.ann, 1)
    assert await post(ann, conversation, "accept") == 200
    await told(shop)
    assert (channel.shown, channel.asked_to_show) == ([], 1)


async def test_a_signal_that_does_not_work_fills_no_log(
    ann: httpx2.AsyncClient, shop: Shop, channel: Expressive, conversation: ConversationView
) -> None:
    channel.fault = ProviderUnavailable("down")
    with capture_logs() as log:
        for _ in range(3):
            message = (await shop.hears("Hello?")).last_message
            assert message is not None
            await post(ann, conversation, "read", message_id=str(message.message_id))
        await told(shop)
    assert channel.asked_to_show == 3
    assert [line["why"] for line in log if line["log_level"] == "warning"] == ["provider_unavailable"]
    assert ALICE not in str(log)
