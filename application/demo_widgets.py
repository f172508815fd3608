"""The demo's chat widgets, pasted into the pages of the simulator's shop."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from application.configuration.widget_forms import (
    QuestionForm,
    ReconnectingForm,
    SettingsForm,
    ShopSignInForm,
)
from application.configuration.widgets import NewWidget, WidgetChange
from application.configuration.workstreams import NewWorkstream
from application.services import Configuration
from application.whole_lists import find
from domain.channels import ChannelName
from domain.configuration import Caller, Workstream
from domain.ids import EndpointId, QueueId
from domain.widgets import Widget

WORKSTREAM: Final = "Demo live chat"
VISITORS: Final = "Harbour Goods"
CUSTOMERS: Final = "Harbour Goods, signed in"
# Who signs at the simulator's shop writes this into its tokens.
AUDIENCE: Final = "holdfast"
LANGUAGES: Final = ("en", "ko", "ro", "ja", "es", "de", "fr", "ar")
Tell = Callable[[str, Mapping[str, Any]], Awaitable[None]]

_NAME: Final = QuestionForm(name="name", label="Your name", required=True)
_TOPIC: Final = QuestionForm(
    name="topic",
    label="What is it about?",
    kind="options",
    options=("An order", "A return", "Something else"),
)
_RATING: Final = QuestionForm(
    name="rating",
    label="Did we help you?",
    kind="options",
    options=("Yes", "A little", "No"),
    required=True,
)
_REMARK: Final = QuestionForm(name="remark", label="What could be better?", kind="long_text")


class DemoWidgets:
    """Makes what is missing, so it may be run again at any point; `shop`: the simulator's address."""

    def __init__(self, configuration: Configuration, caller: Caller, tell: Tell, shop: str) -> None:
        self._configuration = configuration
        self._caller = caller
        self._tell = tell
        self._shop = shop.rstrip("/")

    async def ensure(self, queue_id: QueueId) -> dict[str, EndpointId]:
        """Both widgets, by who chats there; then tell the simulator about them."""
        workstream = await self._workstream(queue_id)
        visitors = await self._widget(VISITORS, workstream, self._for_visitors())
        customers = await self._widget(CUSTOMERS, workstream, self._for_customers())
        snippet = self._configuration.widgets.snippet
        await self._tell(
            "/control/shop", {"visitors": snippet(visitors), "customers": snippet(customers)}
        )
        return {"visitors": visitors.widget_id, "customers": customers.widget_id}

    async def _workstream(self, queue_id: QueueId) -> Workstream:
        use = self._configuration.workstreams
        known = await find(use.listing, lambda each: each.name == WORKSTREAM)
        draft = NewWorkstream(
            name=WORKSTREAM, channel=ChannelName.LIVE_CHAT, fallback_queue_id=queue_id
        )
        return known or await use.create(self._caller, draft)

    async def _widget(self, name: str, workstream: Workstream, settings: SettingsForm) -> Widget:
        """Once made it is the admin's; only the simulator's address is put right."""
        use = self._configuration.widgets
        known = await find(use.listing, lambda widget: widget.name == name)
        if known is None:
            draft = NewWidget(
                name=name,
                workstream_id=workstream.workstream_id,
                customers_may_send_files=True,
                settings=settings,
            )
            return await use.create(self._caller, draft)
        if set(settings.allowed_origins) <= set(known.settings.allowed_origins):
            return known
        change = WidgetChange(settings=settings)
        return await use.update(self._caller, known.widget_id, change, known.version)

    def _for_visitors(self) -> SettingsForm:
        return self._settings("help", pre_chat=(_NAME, _TOPIC))

    def _for_customers(self) -> SettingsForm:
        sign_in = ShopSignInForm(
            issuer=self._shop, audience=AUDIENCE, jwks_url=f"{self._shop}/shop/jwks.json"
        )
        return self._settings("account", sign_in=sign_in)

    def _settings(self, portal: str, **more: Any) -> SettingsForm:  # noqa: ANN401 - fields of the form
        return SettingsForm(
            allowed_origins=(self._shop,),
            languages=LANGUAGES,
            post_chat=(_RATING, _REMARK),
            reconnecting=ReconnectingForm(enabled=True, portal_url=f"{self._shop}/shop/{portal}"),
            **more,
        )
