"""Widgets: the chats that shops put into their pages."""

from typing import Final

from pydantic import Field

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Language, Name
from application.configuration.register import Register
from application.configuration.widget_forms import SettingsForm
from domain.channels import ChannelName, is_live
from domain.configuration import Account, Caller, Workstream
from domain.errors import InvalidInput, NotFound
from domain.ids import AccountId, EndpointId, WorkstreamId, new_id
from domain.widgets import Widget, WidgetSettings
from storage.accounts import Accounts
from storage.database import Database
from storage.widgets import Widgets
from storage.workstreams import Workstreams

SUBJECT: Final = "widget"
ACCOUNT_NAME: Final = "Live chat"
_SNIPPET: Final = (
    '<script type="module" src="{public_url}/widget.js" data-widget="{widget_id}"></script>'
)


def refuse_live(channel: ChannelName, field: str) -> None:
    """Raise InvalidInput for what is made by making a widget."""
    if is_live(channel):
        raise InvalidInput("Live chats are made as widgets, at /config/v1/widgets.", field=field)


class NewWidget(Draft):
    """A widget to set up. It shows on no page until `settings.allowed_origins` names one."""

    name: Name = Field(examples=["Shop chat"])
    workstream_id: WorkstreamId
    language: Language = "en"
    enabled: bool = True
    customers_may_send_files: bool = False
    agents_may_send_files: bool = True
    settings: SettingsForm = SettingsForm()


class WidgetChange(Draft):
    """What to change of a widget. Settings are replaced as a whole."""

    name: Name | None = None
    workstream_id: WorkstreamId | None = None
    language: Language | None = None
    enabled: bool | None = None
    customers_may_send_files: bool | None = None
    agents_may_send_files: bool | None = None
    settings: SettingsForm | None = None


class WidgetConfiguration:
    """Keeps widgets, and the built-in account they all belong to."""

    def __init__(
        self,
        *,
        widgets: Widgets,
        accounts: Accounts,
        workstreams: Workstreams,
        trail: AuditTrail,
        database: Database,
        public_url: str,
    ) -> None:
        self._widgets = widgets
        self._workstreams = workstreams
        self._database = database
        self._public_url = public_url.rstrip("/")
        self._register = Register(SUBJECT, widgets, trail, database)
        self._accounts = Register("account", accounts, trail, database)

    def snippet(self, widget: Widget) -> str:
        """The line that goes into every page that shall have this chat."""
        return _SNIPPET.format(public_url=self._public_url, widget_id=widget.widget_id)

    async def get(self, widget_id: EndpointId) -> Widget:
        """Raise NotFound."""
        return await self._register.get(widget_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Widget], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewWidget) -> Widget:
        """Set one up."""
        await self._check(draft.workstream_id, draft.settings)
        async with self._database.transaction():
            widget = Widget(
                widget_id=new_id(),
                account_id=await self._account(caller),
                created_at=now(),
                updated_at=now(),
                settings=draft.settings.settings(),
                **draft.model_dump(exclude={"settings"}),
            )
            await self._check_keys(widget.widget_id, widget.settings)
            return await self._register.create(caller, widget.widget_id, widget)

    async def update(
        self, caller: Caller, widget_id: EndpointId, change: WidgetChange, expected_version: int
    ) -> Widget:
        """Change some of it; pages notice within a minute, running chats at their next decision."""
        known = await self.get(widget_id)
        workstream_id = change.workstream_id or known.workstream_id
        await self._check(workstream_id, change.settings or known.settings)
        changes = change.given()
        if change.settings is not None:
            changes["settings"] = change.settings.settings()
        async with self._database.transaction():
            await self._check_keys(widget_id, changes.get("settings", known.settings), known.settings)
            return await self._register.update(caller, widget_id, changes, expected_version)

    async def delete(self, caller: Caller, widget_id: EndpointId, expected_version: int) -> None:
        """Remove it. Raise StillInUse while chats run."""
        await self._register.delete(caller, widget_id, expected_version)

    async def _account(self, caller: Caller) -> AccountId:
        known = await self._widgets.account()
        if known is not None:
            return known
        account = Account(
            account_id=new_id(),
            channel=ChannelName.LIVE_CHAT,
            name=ACCOUNT_NAME,
            created_at=now(),
            updated_at=now(),
        )
        return (await self._accounts.create(caller, account.account_id, account)).account_id

    async def _check(self, workstream_id: WorkstreamId, settings: WidgetSettings) -> None:
        workstream = await self._workstream(workstream_id)
        if workstream.channel is not ChannelName.LIVE_CHAT:
            raise InvalidInput(
                f"This workstream handles {workstream.channel}. Choose one that handles live_chat.",
                field="workstream_id",
            )
        if workstream.persistent and settings.sign_in is None:
            raise InvalidInput(
                "Chats of this workstream are persistent, so customers must be signed in: set"
                " settings.sign_in.",
                field="settings",
            )

    async def _check_keys(
        self, widget_id: EndpointId, settings: WidgetSettings, before: WidgetSettings | None = None
    ) -> None:
        """Widgets of one issuer share their customers: a stranger's key must not come by its name.

        A widget that has the issuer already may get other keys: they are replaced one by one.
        """
        sign_in, known = settings.sign_in, before.sign_in if before else None
        if sign_in is None or (known is not None and known.issuer == sign_in.issuer):
            return
        other = await self._widgets.with_other_keys(widget_id, sign_in)
        if other is not None:
            raise InvalidInput(
                f"The widget {other!r} has the same issuer and other keys; whoever has either could"
                " sign in as the customers of both. Set the same jwks_url or public_key, or another"
                " issuer.",
                field="settings",
            )

    async def _workstream(self, workstream_id: WorkstreamId) -> Workstream:
        try:
            return await self._workstreams.get(workstream_id)
        except NotFound as error:
            raise InvalidInput("There is no such workstream.", field="workstream_id") from error
