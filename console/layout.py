"""How the parts stand on the page, and the two or three things between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from application.composing import TemplateChoice
from console import assets, paths
from console.actions import Action
from console.parts.composer import Composer
from console.parts.conversation_list import ConversationList
from console.parts.details import Details
from console.parts.heading import Heading
from console.parts.markup import button, icon, say, show_if, tag, words
from console.parts.offer_panel import OfferPanel
from console.parts.own_load import OwnLoad
from console.parts.presence_picker import PresencePicker
from console.parts.team_panel import TeamPanel
from console.parts.template_dialog import TemplateDialog
from console.parts.transcript import TranscriptPart
from console.parts.why_panel import WhyPanel
from console.reader import Reader
from console.teamwork import Choice
from domain.ids import AgentId, ConversationId, MessageId, OfferId
from domain.participants import Role
from domain.skills import RequiredSkill


class Browsing(Protocol):
    """What people look at."""

    async def open(self, conversation_id: ConversationId) -> None: ...
    def leave(self) -> None: ...
    async def load_earlier(self) -> None: ...
    async def toggle_details(self) -> None: ...


class Acting(Protocol):
    """What people do."""

    async def act(self, action: Action) -> None: ...
    async def send(self, text: str) -> None: ...
    async def choose_template(self, reply: str) -> None: ...
    async def send_template(self, choice: TemplateChoice, reply: str) -> str | None: ...
    async def withdraw(self, message_id: MessageId) -> None: ...
    async def add_note(self, text: str) -> bool: ...


class Being(Protocol):
    """How people are there."""

    async def choose(self, key: str) -> None: ...
    async def reset(self) -> None: ...


class Answering(Protocol):
    """What people say to what they are offered."""

    async def accept(self, offer_id: OfferId) -> None: ...
    async def decline(self, offer_id: OfferId, reason: str) -> None: ...


class Asking(Protocol):
    """What people ask for in somebody who gets a conversation."""

    async def require(self, skills: Sequence[RequiredSkill]) -> str | None: ...


class Teaming(Protocol):
    """What people do together."""

    async def choices(self) -> Sequence[Choice]: ...
    async def hand_over(self, key: str, note: str) -> str | None: ...
    async def ask(self, key: str) -> str | None: ...
    async def dismiss(self, agent_id: AgentId) -> None: ...
    async def take_part(self, role: Role) -> None: ...
    async def leave(self) -> None: ...
    async def say(self, text: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Uses:
    """Who does what people want."""

    acting: Acting
    being: Being
    answering: Answering
    asking: Asking
    teaming: Teaming


class Layout:
    """A list on the left, a conversation in the middle, details on the right when wanted."""

    def __init__(self, reader: Reader, browsing: Browsing, uses: Uses) -> None:
        texts, acting, being = reader.texts, uses.acting, uses.being
        with tag("div", "console") as self._root:
            words("a", texts.skip_to_message, "skip", href="#draft")
            with tag("div", "side"):
                _brand(reader)
                self.presence = PresencePicker(texts, on_choose=being.choose, on_reset=being.reset)
                self.load = OwnLoad(texts)
                self._offline = words("p", texts.offline, "offline", role="status", hidden=True)
                answering = uses.answering
                self.offers = OfferPanel(
                    texts, on_accept=answering.accept, on_decline=answering.decline
                )
                self.list = ConversationList(texts, browsing.open)
            with tag("main", "conversation"):
                with tag("div", "nothing") as self._nothing:
                    icon("chat")
                    self._nothing_title = words("h1", texts.choose)
                    self._nothing_hint = words("p", texts.choose_hint, "quiet")
                with tag("div", "opened", hidden=True) as self._opened:
                    self._parts(reader, browsing, acting, uses.teaming)
            self.details = Details(texts, on_note=acting.add_note, on_close=browsing.toggle_details)
            with self.details.more:
                self.why = WhyPanel(texts, uses.asking.require)
        self.template_dialog = TemplateDialog(texts, acting.send_template)
        self._texts = texts

    def begin(self, name: str, conversation_id: ConversationId) -> None:
        """Another conversation: in the middle, and on a narrow screen instead of the list."""
        self._root.classes(add="has-conversation")
        show_if(self._nothing, condition=False)
        show_if(self._opened, condition=True)
        self.transcript.begin(name)
        self.composer.begin(conversation_id)

    def show_nothing(self, reason: str | None = None) -> None:
        """No conversation is open."""
        self._root.classes(remove="has-conversation")
        say(self._nothing_title, reason or self._texts.choose)
        show_if(self._nothing_hint, reason is None)
        show_if(self._nothing, condition=True)
        show_if(self._opened, condition=False)
        self.details.hide()

    def show_offline(self, *, is_offline: bool) -> None:
        show_if(self._offline, is_offline)

    def _parts(self, reader: Reader, browsing: Browsing, acting: Acting, teaming: Teaming) -> None:
        self.heading = Heading(
            reader.texts,
            on_back=browsing.leave,
            on_action=acting.act,
            on_details=browsing.toggle_details,
        )
        self.transcript = TranscriptPart(reader.texts, browsing.load_earlier, acting.withdraw)
        self.team = TeamPanel(reader.texts, teaming)
        self.composer = Composer(
            reader.texts,
            on_send=acting.send,
            on_template=acting.choose_template,
            on_action=acting.act,
        )


def _brand(reader: Reader) -> None:
    texts = reader.texts
    with tag("header", "brand"):
        tag("img", src=assets.address("icon.svg"), alt="", width="28", height="28")
        words("strong", texts.product)
        words("span", reader.name, "me", title=texts.signed_in_as.format(name=reader.name))
        with tag("form", method="post", action=paths.SIGN_OUT):
            leave = button(texts.sign_out, "quiet", sign="leave")
            leave.props["type"] = "submit"
            leave.on("click", js_handler="() => holdfast.forget()")
