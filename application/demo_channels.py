"""The demo's accounts of channels beside WhatsApp, each connected to its stand-in in the simulator."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from pydantic import Field

from application.configuration.accounts import AccountView, NewAccount
from application.configuration.endpoints import NewEndpoint
from application.configuration.privacy import VERSION
from application.configuration.workstreams import NewWorkstream
from application.demo_key_file import new_key_file, public_keys
from application.services import Configuration
from application.whole_lists import find
from domain.channels import ChannelName
from domain.configuration import Caller, Endpoint
from domain.ids import QueueId
from domain.values import Value
from storage.accounts import Accounts

KEY_FILE: Final = "service_account"
CALLBACK: Final = "messages"


class DemoChannel(Value):
    """One of them. `provider` and `sid` are the simulator's names for it and its account."""

    channel: ChannelName
    name: str
    provider: str
    sid: str
    address: str
    signing_secret: str
    settings: dict[str, str] = Field(default_factory=dict)
    has_key_file: bool = False
    switches: dict[str, str] = Field(default_factory=dict)
    """What somebody set in the provider's own console."""


# The ids stay the same, should the simulator's world outlive our database, or the reverse.
CHANNELS: Final = (
    DemoChannel(
        channel=ChannelName.LINE,
        name="Demo LINE",
        provider="line",
        sid="1234567890",
        settings={"channel_id": "1234567890"},
        address="U" + "d" * 32,
        signing_secret="channel_secret",  # noqa: S106 - its name
        switches={"redelivery": "on"},  # as docs/line.md has everybody do
    ),
    DemoChannel(
        channel=ChannelName.RCS,
        name="Demo RCS",
        provider="rcs",
        sid="demo-rcs",
        address="demo_agent",
        signing_secret="client_token",  # noqa: S106 - its name
        has_key_file=True,
    ),
    DemoChannel(
        channel=ChannelName.GOOGLE_BUSINESS_MESSAGES,
        name="Demo Business Messages",
        provider="gbm",
        sid="demo-partner",
        settings={"partner_id": "demo-partner"},
        address="brands/demo/agents/demo",
        signing_secret="client_token",  # noqa: S106 - its name
        has_key_file=True,
    ),
)
Tell = Callable[[str, Mapping[str, Any]], Awaitable[None]]


class DemoChannels:
    """Makes what is missing, so it may be run again at any point."""

    def __init__(
        self, configuration: Configuration, accounts: Accounts, caller: Caller, tell: Tell
    ) -> None:
        self._configuration = configuration
        self._accounts = accounts
        self._caller = caller
        self._tell = tell

    async def ensure(self, queue_id: QueueId) -> None:
        """All that this build has; then tell the simulator about them."""
        for wanted in CHANNELS:
            if self._configuration.accounts.offers(wanted.channel):
                view = await self._account(wanted)
                await self._connect(wanted, view, await self._endpoint(wanted, view, queue_id))

    async def _account(self, wanted: DemoChannel) -> AccountView:
        use = self._configuration.accounts
        known = await find(use.listing, lambda view: view.account.name == wanted.name)
        if known is not None:
            return known
        key_file = {KEY_FILE: new_key_file(wanted.sid)} if wanted.has_key_file else {}
        draft = NewAccount(
            name=wanted.name,
            channel=wanted.channel,
            settings=wanted.settings,
            secrets={wanted.signing_secret: secrets.token_hex(16), **key_file},
            privacy_acknowledged_version=VERSION,
        )
        return await use.create(self._caller, draft)

    async def _endpoint(self, wanted: DemoChannel, view: AccountView, queue_id: QueueId) -> Endpoint:
        use, account_id = self._configuration.endpoints, view.account.account_id
        found, _ = await use.listing(account_id, None, 1)
        if found:
            return found[0]
        workstreams = self._configuration.workstreams
        draft = NewWorkstream(name=wanted.name, channel=wanted.channel, fallback_queue_id=queue_id)
        known = await find(workstreams.listing, lambda each: each.name == wanted.name)
        workstream = known or await workstreams.create(self._caller, draft)
        return await use.create(
            self._caller,
            account_id,
            NewEndpoint(
                name=wanted.name, address=wanted.address, workstream_id=workstream.workstream_id
            ),
        )

    async def _connect(self, wanted: DemoChannel, view: AccountView, endpoint: Endpoint) -> None:
        credentials = await self._accounts.credentials(view.account.account_id)
        key_file = credentials.secret(KEY_FILE)
        account = {
            "provider": wanted.provider,
            "sid": wanted.sid,
            "auth_token": credentials.secret(wanted.signing_secret),
            "api_keys": public_keys(key_file) if key_file else {},
            "name": wanted.name,
        }
        number = {
            "provider": wanted.provider,
            "account_sid": wanted.sid,
            "number": endpoint.address,
            "name": wanted.name,
            "inbound_url": view.callback_urls[CALLBACK],
            "details": wanted.switches,
        }
        await self._tell("/control/accounts", account)
        await self._tell("/control/numbers", number)
