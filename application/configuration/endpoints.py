"""Endpoints: what customers write to, each with the workstream its conversations go to."""

from collections.abc import Mapping
from typing import Final

from pydantic import AliasChoices, Field

from application.adapters import adapter_of
from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Language, Name, Settings
from application.configuration.pages import matching
from application.configuration.register import Register
from channels.base import Channel
from domain.channels import ChannelName
from domain.configuration import Account, Caller, Endpoint
from domain.errors import Conflict, InvalidInput, NotFound
from domain.ids import AccountId, EndpointId, WorkstreamId, new_id
from storage.accounts import Accounts
from storage.database import Database
from storage.endpoints import Endpoints
from storage.workstreams import Workstreams

SUBJECT: Final = "endpoint"


class NewEndpoint(Draft):
    """Something customers write to."""

    name: Name = Field(examples=["Support line"])
    address: str = Field(
        max_length=200,
        examples=["+14155238886"],
        validation_alias=AliasChoices("address", "number"),
    )
    """A number with country code for WhatsApp; for other channels what their page in the docs says."""
    workstream_id: WorkstreamId
    language: Language = "en"
    enabled: bool = True
    settings: Settings = Field(default_factory=dict)
    customers_may_send_files: bool = True
    agents_may_send_files: bool = True


class EndpointChange(Draft):
    """What to change of an endpoint. Its address stays: conversations belong to it."""

    name: Name | None = None
    workstream_id: WorkstreamId | None = None
    language: Language | None = None
    enabled: bool | None = None
    settings: Settings | None = None
    customers_may_send_files: bool | None = None
    agents_may_send_files: bool | None = None


class EndpointConfiguration:
    """Keeps the endpoints of accounts."""

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        accounts: Accounts,
        channels: Mapping[ChannelName, Channel],
        workstreams: Workstreams,
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._accounts = accounts
        self._channels = channels
        self._workstreams = workstreams
        self._register = Register(SUBJECT, endpoints, trail, database)

    async def get(self, account_id: AccountId, endpoint_id: EndpointId) -> Endpoint:
        """Raise NotFound, also when it belongs to another account."""
        endpoint = await self._register.get(endpoint_id)
        if endpoint.account_id != account_id:
            raise NotFound("This account has no such endpoint.")
        return endpoint

    async def listing(
        self, account_id: AccountId, cursor: str | None, limit: int
    ) -> tuple[list[Endpoint], str | None]:
        """One page of an account's endpoints, oldest first."""
        await self._accounts.get(account_id)
        return await matching(
            self._register.listing,
            lambda endpoint: endpoint.account_id == account_id,
            identity=lambda endpoint: endpoint.endpoint_id,
            cursor=cursor,
            limit=limit,
        )

    async def create(self, caller: Caller, account_id: AccountId, draft: NewEndpoint) -> Endpoint:
        """Add an endpoint to an account."""
        account = await self._accounts.get(account_id)
        if account.draining_since is not None:
            raise Conflict("This account is draining: cancel that, or add the endpoint to another one.")
        self._check_settings(account.channel, draft.settings)
        await self._check_workstream(account.channel, draft.workstream_id)
        endpoint = self._endpoint(account, draft)
        return await self._register.create(caller, endpoint.endpoint_id, endpoint)

    async def update(
        self,
        caller: Caller,
        account_id: AccountId,
        endpoint_id: EndpointId,
        change: EndpointChange,
        expected_version: int,
    ) -> Endpoint:
        """Change some of it; running conversations notice at their next decision."""
        endpoint = await self.get(account_id, endpoint_id)
        if change.workstream_id is not None:
            await self._check_workstream(endpoint.channel, change.workstream_id)
        if change.settings is not None:
            self._check_settings(endpoint.channel, change.settings)
        return await self._register.update(caller, endpoint_id, change.given(), expected_version)

    async def delete(
        self, caller: Caller, account_id: AccountId, endpoint_id: EndpointId, expected_version: int
    ) -> None:
        """Remove it. Raise StillInUse while it has open conversations."""
        await self.get(account_id, endpoint_id)
        await self._register.delete(caller, endpoint_id, expected_version)

    def _endpoint(self, account: Account, draft: NewEndpoint) -> Endpoint:
        return Endpoint(
            endpoint_id=new_id(),
            account_id=account.account_id,
            channel=account.channel,
            address=self._channel(account.channel).endpoint_address(draft.address),
            created_at=now(),
            updated_at=now(),
            **draft.model_dump(exclude={"address"}),
        )

    def _channel(self, name: ChannelName) -> Channel:
        return adapter_of(self._channels, name)

    def _check_settings(self, channel: ChannelName, settings: Mapping[str, str]) -> None:
        problems = self._channel(channel).check_endpoint(settings)
        if problems:
            raise InvalidInput(" ".join(problems), field="settings", problems=problems)

    async def _check_workstream(self, channel: ChannelName, workstream_id: WorkstreamId) -> None:
        try:
            workstream = await self._workstreams.get(workstream_id)
        except NotFound as error:
            raise InvalidInput("There is no such workstream.", field="workstream_id") from error
        if workstream.channel != channel:
            raise InvalidInput(
                f"This workstream handles {workstream.channel}. Choose one that handles {channel}.",
                field="workstream_id",
            )
