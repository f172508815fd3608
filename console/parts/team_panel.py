"""Between transcript and composer: who works together, and what they say to each other alone."""

from collections.abc import Sequence
from typing import Final, Protocol

from nicegui import ui
from nicegui.events import GenericEventArguments

from console.parts.handover_dialog import HandoverDialog, HandoverTexts
from console.parts.markup import button, say, show_if, tag, words
from console.teamwork import Choice, Member, Teamwork
from console.texts import Texts
from domain.ids import AgentId, ConversationId
from domain.participants import Role

_PRIVATE: Final = "() => emit(document.getElementById('private').value)"
_ENTER: Final = """(event) => {
    if (event.key === 'Enter' && !event.isComposing) emit(event.target.value);
}"""
_EMPTY: Final = "document.getElementById('private').value = ''"


class Acts(Protocol):
    """Who does what people want."""

    async def choices(self) -> Sequence[Choice]: ...
    async def hand_over(self, key: str, note: str) -> str | None: ...
    async def ask(self, key: str) -> str | None: ...
    async def dismiss(self, agent_id: AgentId) -> None: ...
    async def take_part(self, role: Role) -> None: ...
    async def leave(self) -> None: ...
    async def say(self, text: str) -> None: ...


class TeamPanel:
    """Only what is possible now is there."""

    def __init__(self, texts: Texts, acts: Acts) -> None:
        self._texts = texts
        self._acts = acts
        self._shown: tuple[ConversationId, Teamwork] | None = None
        with tag("section", "team", aria_label=texts.team, hidden=True) as self._section:
            self._problem = words("p", "", "problem", role="alert", hidden=True)
            with tag("div", "team-bar"):
                self._members = tag("ul", "members")
                self._buttons = tag("div", "buttons")
            with tag("div", "private-line", hidden=True) as self._private:
                field = tag("input", id="private", type="text", maxlength="10000", dir="auto")
                field.props["aria-label"] = field.props["placeholder"] = texts.private
                field.on("keydown", self._say, js_handler=_ENTER)
                button(texts.private_send, "small").on("click", self._say, js_handler=_PRIVATE)
        self._transfer = HandoverDialog(
            HandoverTexts(
                title=texts.transfer_title,
                target=texts.transfer_to,
                note=texts.transfer_note,
                done=texts.transfer_now,
                nobody=texts.nobody_to_ask,
                cancel=texts.cancel,
            ),
            acts.hand_over,
        )
        self._help = HandoverDialog(
            HandoverTexts(
                title=texts.consult_title,
                target=texts.transfer_to,
                done=texts.consult_now,
                nobody=texts.nobody_to_ask,
                cancel=texts.cancel,
            ),
            self._ask,
        )

    def show(self, teamwork: Teamwork, about: ConversationId) -> None:
        """As it is now."""
        if self._shown == (about, teamwork):
            return
        if self._shown is None or self._shown[0] != about:
            self.complain(None)
            self.said()
        self._shown = about, teamwork
        show_if(self._section, teamwork != Teamwork())
        show_if(self._private, teamwork.may_say)
        self._show_members(teamwork.members)
        self._show_buttons(teamwork)

    def complain(self, problem: str | None) -> None:
        """Say why something did not happen; None: all is well."""
        say(self._problem, problem or "")
        show_if(self._problem, problem)

    def said(self) -> None:
        """What was typed is in the transcript."""
        ui.run_javascript(_EMPTY)

    def _show_members(self, members: tuple[Member, ...]) -> None:
        self._members.clear()
        with self._members:
            for member in members:
                self._member(member)

    def _member(self, member: Member) -> None:
        with tag("li"):
            words("span", member.label, dir="auto")
            if member.dismissal is not None:
                end = button(member.dismissal, "quiet", sign="cross")
                end.on("click", lambda: self._acts.dismiss(member.agent_id), args=[])

    def _show_buttons(self, teamwork: Teamwork) -> None:
        texts = self._texts
        names = {Role.MONITOR: texts.monitor, Role.JOIN: texts.join}
        self._buttons.clear()
        with self._buttons:
            if teamwork.may_transfer:
                button(texts.transfer, "small").on("click", self._begin_transfer, args=[])
            if teamwork.may_ask:
                button(texts.consult, "small").on("click", self._begin_help, args=[])
            for role in teamwork.may_come:
                self._coming(role, names[role])
            if teamwork.may_leave:
                button(texts.leave_team, "small").on("click", self._acts.leave, args=[])

    def _coming(self, role: Role, name: str) -> None:
        button(name, "small").on("click", lambda: self._acts.take_part(role), args=[])

    async def _begin_transfer(self) -> None:
        self._transfer.open(await self._choices())

    async def _begin_help(self) -> None:
        self._help.open(await self._choices())

    async def _choices(self) -> list[Choice]:
        return list(await self._acts.choices())

    async def _ask(self, key: str, _note: str) -> str | None:
        return await self._acts.ask(key)

    async def _say(self, event: GenericEventArguments) -> None:
        await self._acts.say(str(event.args or ""))
