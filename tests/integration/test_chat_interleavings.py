"""Customers connect, vanish, write and end, agents take and leave chats, in any order and at once.

Everything but Temporal is real: after each step PostgreSQL is asked whether the promises hold.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands
from domain.chats import ChatStart
from domain.conversations import Event, State
from domain.errors import ChatEnded, NotFound
from domain.ids import AgentId, ConversationId
from storage.capacity import Capacity
from storage.chat_leases import ChatLeases
from storage.database import Database
from storage.leases import Leases
from tests.chat_shop import ChatShop, a_lease, open_chat_shop
from tests.fakes import FakeConversations
from tests.integration.lone_workflows import LoneWorkflow

LONG: Final = timedelta(minutes=5)
AT_ONCE: Final = timedelta(0)
AWAY: Final = (State.DISCONNECTED, State.RECONNECT_WINDOW)
LEAVING: Final = (commands.End, commands.CloseSession, commands.Release)
UNITS: Final = (60, 30)
"""Of Ann and Ben, where a chat takes 30: three customers are not always served at once."""
GIVE: Final = "UPDATE agents SET capacity_units = %(units)s WHERE agent_id = %(agent_id)s"
ROW: Final = """
    SELECT state, agent_id FROM conversations WHERE conversation_id = %(conversation_id)s
"""


class Customer:
    """One browser, its windows, and every chat it ever had."""

    def __init__(self, house: "House", token: str) -> None:
        self.house, self.desk, self.token = house, house.desk, token
        self.windows: list[UUID] = []
        self.chats: list[ConversationId] = []
        self.said = 0

    async def begins(self, *, anew: bool) -> None:
        session = await self.desk.known(self.token)
        snapshot, is_new = await self.desk.chat.chatting.start(session, ChatStart(), start_new=anew)
        chat = snapshot.conversation.conversation_id
        assert is_new == (chat not in self.chats)
        if is_new:
            self.chats.append(chat)
            self.house.workflows[chat] = LoneWorkflow(self.desk, chat)

    async def connects(self) -> None:
        session = await self.desk.known(self.token)
        self.windows.append(a_lease())
        await self.house.connections.take(session.session_id, self.windows[-1], LONG)

    async def vanishes(self) -> None:
        """All windows are gone, and the server notices."""
        while self.windows:
            await self.house.connections.let_go(self.windows.pop(), AT_ONCE)
        await self.house.forget_hellos()
        await self.desk.chat.connections.sweep()

    async def says(self) -> None:
        self.said += 1
        text = f"{self.token[-8:]} {self.said}"
        with suppress(ChatEnded):
            await self.desk.says(await self.desk.known(self.token), self.chats[-1], text)

    async def ends(self) -> None:
        await self.desk.chat.chatting.end(await self.desk.known(self.token), self.chats[-1])

    async def sees_only_their_own(self) -> None:
        session = await self.desk.known(self.token)
        current = await self.desk.chat.chatting.current(session)
        assert current is None or current.conversation.conversation_id in self.chats
        for chat in self.house.workflows:
            if chat not in self.chats:
                with pytest.raises(NotFound):
                    await self.desk.chat.chatting.view(session, chat)
                continue
            messages, _ = await self.desk.chat.chatting.messages(session, chat, None, 200)
            texts = [each.content.text for each in messages]  # type: ignore[union-attr]
            assert all(text.startswith(self.token[-8:]) for text in texts)


class House:
    """Three customers, two agents, and what each chat's customer was promised."""

    def __init__(self, desk: ChatShop) -> None:
        self.desk = desk
        self.connections = ChatLeases(desk.database)
        self.capacity, self.leases = Capacity(desk.database), Leases(desk.database)
        self.agents = (desk.shop.ann.agent_id, desk.shop.ben.agent_id)
        self.workflows: dict[ConversationId, LoneWorkflow] = {}
        self.customers: list[Customer] = []
        self.promised: dict[ConversationId, AgentId] = {}
        """Whom each customer who is away meets when they come back now."""

    async def opens(self) -> None:
        """Two of the chats are in Ann's hands, who is full with them."""
        for agent_id, units in zip(self.agents, UNITS, strict=True):
            await self.desk.database.execute(GIVE, {"agent_id": agent_id, "units": units})
        self.customers = [Customer(self, (await self.desk.customer()).token) for _ in range(3)]
        for customer in self.customers:
            await customer.begins(anew=False)
            await customer.connects()
        await self.dispatch()
        for customer in self.customers[:2]:
            await self.order(customer.chats[0], "pick", self.agents[0])

    async def forget_hellos(self) -> None:
        """Who calls without a window counts as there for some seconds; they are over."""
        await self.desk.database.execute(
            "UPDATE chat_leases SET expires_at = now() - interval '1 second'"
            " WHERE expires_at < now() + interval '1 minute'"
        )

    async def step(self, what: str, who: int, which: int) -> None:
        """Mail is read soon after, unless the dispatcher is late."""
        await self._do(what, who, which)
        if which:
            await self.dispatch()

    async def _do(self, what: str, who: int, which: int) -> None:
        customer = self.customers[who]
        match what:
            case "begin":
                await customer.begins(anew=which == 1)
            case "connect":
                await customer.connects()
            case "vanish":
                await customer.vanishes()
            case "say":
                await customer.says()
            case "end":
                await customer.ends()
            case "storm":
                others = self.customers[(who + 1) % 3], self.customers[(who + 2) % 3]
                await asyncio.gather(
                    *(customer.connects(), customer.vanishes(), customer.says()),
                    *(others[0].says(), others[0].ends(), others[1].vanishes(), others[1].connects()),
                )
            case "wait":
                await self.wait((10, 21, 125, 1000)[which])
            case verb:
                await self.order(customer.chats[-1], verb, self.agents[which % 2])

    async def dispatch(self) -> None:
        for chat, workflow in self.workflows.items():
            for event, before, after in await workflow.read():
                if before.state in AWAY and event in (Event.CUSTOMER_RETURNED, Event.CUSTOMER_WROTE):
                    self.meets(chat, after.state, after.agent_id)
                if after.state in AWAY and before.state not in AWAY and after.agent_id:
                    self.promised[chat] = after.agent_id
                if event is Event.CUSTOMER_ENDED:
                    self.promised.pop(chat, None)

    def meets(self, chat: ConversationId, state: State, agent_id: AgentId | None) -> None:
        promised = self.promised.pop(chat, None)
        assert (state, agent_id) == ((State.ACTIVE if promised else State.OPEN), promised)

    async def wait(self, seconds: int) -> None:
        for chat, workflow in self.workflows.items():
            await workflow.pass_time(seconds)
            if workflow.memory.state not in AWAY:
                self.promised.pop(chat, None)

    async def order(self, chat: ConversationId, verb: str, agent_id: AgentId) -> None:
        workflow = self.workflows[chat]
        done = await workflow.obey(VERBS[verb], agent_id)
        # Closing by force waits for mail that is on its way, and until then nothing has changed.
        if workflow.is_closed or (done and VERBS[verb] in LEAVING):
            self.promised.pop(chat, None)
        if done and VERBS[verb] is commands.Pick and workflow.memory.state in AWAY:
            self.promised[chat] = agent_id

    async def inv7_capacity_is_the_sum_of_what_is_held(self) -> None:
        assert await self.capacity.audit() == []
        assert await self.leases.astray(AT_ONCE, 10) == []
        for chat, workflow in self.workflows.items():
            memory = workflow.memory
            holder = memory.agent_id if memory.holds_capacity else None
            held = [(each.agent_id, each.forced) for each in await self.leases.of(chat)]
            assert held == ([(holder, False)] if holder else []), (memory.state, held)
        for agent_id, units in zip(self.agents, UNITS, strict=True):
            standing = await self.capacity.standing(agent_id)
            assert standing is not None
            assert 0 <= standing.used_units <= units

    async def inv8_what_is_shown_is_what_was_promised(self) -> None:
        for chat, agent_id in self.promised.items():
            row = await self.desk.database.one(ROW, {"conversation_id": chat})
            assert row is not None
            assert (row["state"] in AWAY, row["agent_id"]) == (True, agent_id)
        for customer in self.customers:
            await customer.sees_only_their_own()

    async def clears_up(self) -> None:
        """At the end nothing is held by anybody."""
        for workflow in self.workflows.values():
            await workflow.read()
            await workflow.obey(commands.ForceClose, self.agents[0])
            assert workflow.is_closed
        await self.inv7_capacity_is_the_sum_of_what_is_held()


VERBS: Final = {
    "pick": commands.Pick,
    "finish": commands.End,
    "leave": commands.CloseSession,
    "release": commands.Release,
    "force": commands.ForceClose,
}
# Much leads to an end; coming and going is what this is about.
STEPS: Final = st.tuples(
    st.sampled_from(
        [
            *("vanish", "vanish", "vanish", "connect", "connect", "say", "storm", "wait"),
            *("begin", "end", "pick", "pick", *VERBS),
        ]
    ),
    st.integers(0, 2),
    st.integers(0, 3),
)


@pytest.fixture
async def desk(database: Database, tmp_path: Path, conversations: FakeConversations) -> ChatShop:
    return await open_chat_shop(database, tmp_path, conversations)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=20, max_size=45))
async def test_inv7_inv8_hold_whatever_happens_in_whatever_order(
    desk: ChatShop, steps: list[tuple[str, int, int]]
) -> None:
    house = House(desk)
    await house.opens()
    for step in steps:
        await house.step(*step)
        await house.inv7_capacity_is_the_sum_of_what_is_held()
        await house.inv8_what_is_shown_is_what_was_promised()
    await house.clears_up()
