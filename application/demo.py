"""The demo organisation: made once, found again at every start, connected to the simulator."""

import contextlib
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx2
from pydantic import Field, SecretStr

from application.configuration.accounts import AccountView, NewAccount
from application.configuration.agents import NewAgent
from application.configuration.api_keys import NewApiKey
from application.configuration.endpoints import NewEndpoint
from application.configuration.privacy import VERSION
from application.configuration.queues import NewQueue, QueueChange
from application.configuration.workstreams import NewWorkstream
from application.demo_channels import DemoChannels
from application.demo_widgets import DemoWidgets
from application.demo_work import DemoWork
from application.services import Configuration
from application.whole_lists import find
from channels.addresses import number_of
from domain.channels import ChannelName
from domain.configuration import Agent, Caller, Endpoint, Queue, Role, Scope, Workstream
from domain.errors import ChannelError, ConfigurationError
from domain.ids import AccountId, AgentId, EndpointId, QueueId, WorkstreamId
from domain.values import Value
from storage.accounts import Accounts

NAME: Final = "Demo"
NUMBER: Final = "+14155238886"
SIMULATOR_TIMEOUT: Final = 10.0
CALLER: Final = Caller(name="demo", scopes=frozenset(Scope))
KEYS: Final[dict[str, tuple[Scope, ...]]] = {
    "admin": (Scope.CONFIG_READ, Scope.CONFIG_WRITE, Scope.SECRETS_WRITE),
    "agent": (Scope.AGENT,),
    "operator": (Scope.OPERATOR,),
}


class DemoPerson(Value):
    """Somebody of the demo organisation."""

    role: Role
    name: str
    email: str
    password: SecretStr


class DemoSummary(Value):
    """What a person or a test needs to use the demo."""

    number: str
    account_id: AccountId
    endpoint_id: EndpointId
    workstream_id: WorkstreamId
    queue_id: QueueId
    widget_ids: dict[str, EndpointId] = Field(default_factory=dict)
    """By who chats there: visitors, customers."""
    agent_ids: dict[str, AgentId]
    """By e-mail address."""
    api_keys: dict[str, str] = Field(repr=False)
    """Tokens by what they are for: admin, agent, operator."""


class DemoOrganization:
    """Makes what is missing, so it may be run again at any point.

    Passwords and tokens that its file names are made to work, whatever became of the database.
    """

    def __init__(
        self,
        *,
        configuration: Configuration,
        accounts: Accounts,
        simulator: httpx2.AsyncClient,
    ) -> None:
        self._configuration = configuration
        self._accounts = accounts
        self._simulator = simulator

    async def ensure(self, people: Sequence[DemoPerson], known_keys: dict[str, str]) -> DemoSummary:
        """Make it, unless it is there; then tell the simulator about it."""
        await self._configuration.organization.create_once(NAME)
        agents = [await self._person(person) for person in people]
        members = [agent for agent in agents if Role.AGENT in agent.roles]
        await DemoWork(self._configuration, CALLER).ensure(members)
        queue = await self._queue([agent.agent_id for agent in members])
        workstream = await self._workstream(queue)
        view = await self._account()
        endpoint = await self._endpoint(view.account.account_id, workstream)
        await self._connect_simulator(view, endpoint)
        others = DemoChannels(self._configuration, self._accounts, CALLER, self._tell_simulator)
        await others.ensure(queue.queue_id)
        shop = str(self._simulator.base_url)
        widgets = DemoWidgets(self._configuration, CALLER, self._tell_simulator, shop)
        widget_ids = await widgets.ensure(queue.queue_id)
        with contextlib.suppress(ChannelError):  # a start without the provider is a start all the same
            await self._configuration.templates.sync(CALLER, view.account.account_id)
        return DemoSummary(
            number=number_of(endpoint.address),
            account_id=view.account.account_id,
            endpoint_id=endpoint.endpoint_id,
            workstream_id=workstream.workstream_id,
            queue_id=queue.queue_id,
            widget_ids=widget_ids,
            agent_ids={agent.email: agent.agent_id for agent in agents},
            api_keys=await self._keys(members[0].agent_id, known_keys),
        )

    async def _person(self, person: DemoPerson) -> Agent:
        use = self._configuration.agents
        known = await find(use.listing, lambda agent: agent.email == person.email)
        if known is None:
            roles = _roles(person.role)
            draft = NewAgent(
                name=person.name, email=person.email, roles=roles, password=person.password
            )
            return await use.create(CALLER, draft)
        if not await use.has_password(known.agent_id, person.password):
            await use.set_password(CALLER, known.agent_id, person.password)
        return known

    async def _queue(self, members: list[AgentId]) -> Queue:
        use = self._configuration.queues
        known = await find(use.listing, lambda queue: queue.name == NAME)
        if known is None:
            return await use.create(CALLER, NewQueue(name=NAME, member_ids=tuple(members)))
        if set(members) <= set(known.member_ids):
            return known
        change = QueueChange(member_ids=(*known.member_ids, *members))
        return await use.update(CALLER, known.queue_id, change, known.version)

    async def _workstream(self, queue: Queue) -> Workstream:
        use = self._configuration.workstreams
        known = await find(use.listing, lambda workstream: workstream.name == NAME)
        draft = NewWorkstream(name=NAME, channel=ChannelName.WHATSAPP, fallback_queue_id=queue.queue_id)
        return known or await use.create(CALLER, draft)

    async def _account(self) -> AccountView:
        use = self._configuration.accounts
        known = await find(use.listing, lambda view: view.account.name == NAME)
        if known is not None:
            return known
        # The SID must stay the same if the simulator's world outlives our database, or the reverse.
        sid = "AC" + hashlib.sha256(NUMBER.encode()).hexdigest()[:32]
        draft = NewAccount(
            name=NAME,
            channel=ChannelName.WHATSAPP,
            settings={"account_sid": sid},
            secrets={"auth_token": secrets.token_hex(16)},
            privacy_acknowledged_version=VERSION,
        )
        return await use.create(CALLER, draft)

    async def _endpoint(self, account_id: AccountId, workstream: Workstream) -> Endpoint:
        use = self._configuration.endpoints
        found, _ = await use.listing(account_id, None, 1)
        draft = NewEndpoint(name=NAME, address=NUMBER, workstream_id=workstream.workstream_id)
        return found[0] if found else await use.create(CALLER, account_id, draft)

    async def _keys(self, agent_id: AgentId, known: dict[str, str]) -> dict[str, str]:
        return {name: await self._key(name, agent_id, known.get(name)) for name in KEYS}

    async def _key(self, name: str, agent_id: AgentId, known: str | None) -> str:
        if known is not None and await self._configuration.api_keys.opens(known):
            return known
        acts_for = agent_id if Scope.AGENT in KEYS[name] else None
        draft = NewApiKey(name=f"{NAME} {name}", scopes=KEYS[name], agent_id=acts_for)
        return (await self._configuration.api_keys.create(CALLER, draft)).token

    async def _connect_simulator(self, view: AccountView, endpoint: Endpoint) -> None:
        """The simulator may have forgotten everything, so it is told at every start."""
        credentials = await self._accounts.credentials(view.account.account_id)
        sid = credentials.settings["account_sid"]
        account = {"sid": sid, "auth_token": credentials.secret("auth_token"), "name": NAME}
        number = {
            "account_sid": sid,
            "number": number_of(endpoint.address),
            "name": NAME,
            "inbound_url": view.callback_urls["messages"],
            "status_url": view.callback_urls["status"],
        }
        await self._tell_simulator("/control/accounts", account)
        await self._tell_simulator("/control/numbers", number)

    async def _tell_simulator(self, path: str, order: Mapping[str, Any]) -> None:
        try:
            answer = await self._simulator.post(path, json=order, timeout=SIMULATOR_TIMEOUT)
            answer.raise_for_status()
        except httpx2.HTTPError as error:
            raise ConfigurationError(
                f"The simulator refused {path}: {type(error).__name__}."
            ) from error


def _roles(role: Role) -> tuple[Role, ...]:
    return (Role.AGENT, Role.SUPERVISOR) if role is Role.SUPERVISOR else (role,)
