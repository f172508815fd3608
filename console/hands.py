"""What an agent does with the conversation that is open: every deed is a use case."""

import contextlib
from collections.abc import Awaitable, Callable

from pydantic import ValidationError

from application.composing import Draft, TemplateChoice
from console.actions import COMMANDS, Action
from console.drafts import Attempts
from console.modes import Mode, writing_in
from console.parts.composer import Composer
from console.parts.template_dialog import Question
from console.suggesting import Unclear
from console.workplace import Failed, Workplace, now
from domain.configuration import Caller
from domain.ids import ConversationId, MessageId, new_id
from domain.suggestions import Suggestion
from domain.views import ConversationView, MessageView


class Hands:
    """Nothing is done twice because somebody clicked twice."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._engine = place.services.engine
        self._attempts = Attempts()
        self._is_busy = False
        self._asked_about: ConversationView | None = None

    async def act(self, action: Action) -> None:
        """Take it, end it, leave it, give it back."""
        view = self._view
        if view is None or self._is_busy:
            return
        self._is_busy = True
        try:
            changed = await self._place.do(lambda caller: self._act(caller, view, action))
        except Failed as failed:
            self._composer.complain(str(failed))
        else:
            self._composer.complain(None)
            self._place.changed(changed)
            if action is Action.TAKE:
                self._composer.focus()
                await self.read(str(view.conversation_id))
        finally:
            self._is_busy = False

    async def send(self, text: str) -> None:
        """Send what was written, with the files that hang on it."""
        view, files = self._view, self._composer.attached
        if view is None or self._is_busy or not (text.strip() or files):
            return
        self._is_busy = True
        attached = tuple(file.media_id for file in files)
        try:
            draft = self._draft(text, attached, self._suggested(text))
            request_id = self._attempts.request_id((view.conversation_id, draft))
            sent = await self._place.do(
                lambda caller: self._engine.correspondence.reply(
                    caller, view.conversation_id, draft, request_id
                )
            )
        except Failed as failed:
            self._composer.complain(str(failed))
        else:
            self._went_out(view.conversation_id, text, sent)
        finally:
            self._is_busy = False

    async def choose_template(self, reply: str) -> None:
        """Ask which template; outside the service window a reply may be parked behind it."""
        view = self._view
        if view is None:
            return
        try:
            templates = await self._place.do(
                lambda caller: self._engine.correspondence.templates(caller, view.conversation_id)
            )
        except Failed as failed:
            self._composer.complain(str(failed))
            return
        can_park = writing_in(view, self._place.reader, now()).mode is Mode.TEMPLATE
        self._asked_about = view
        self._place.layout.template_dialog.open(
            Question(
                templates=tuple(templates),
                language=view.language,
                reply=reply.strip() if can_park else None,
            )
        )

    async def send_template(self, choice: TemplateChoice, reply: str) -> str | None:
        """Send it, and park the reply behind it if there is one; say what went wrong."""
        view = self._asked_about  # whichever is open by now: it was chosen for this one
        if view is None:
            return None
        try:
            sent = await self._place.do(lambda caller: self._template(caller, view, choice, reply))
        except Failed as failed:
            return str(failed)
        self._went_out(view.conversation_id, reply, sent)
        return None

    async def withdraw(self, message_id: MessageId) -> None:
        """A parked reply shall not leave any more."""
        view = self._view
        if view is None:
            return
        try:
            message = await self._place.do(
                lambda caller: self._engine.correspondence.withdraw(
                    caller, view.conversation_id, message_id, new_id()
                )
            )
        except Failed as failed:
            self._composer.complain(str(failed))
        else:
            self._place.said(view.conversation_id, [message])

    async def add_note(self, text: str) -> bool:
        """A remark for the team; say whether it was kept."""
        view = self._view
        if view is None:
            return False
        try:
            await self._place.do(lambda caller: self._note(caller, view.conversation_id, text))
        except Failed as failed:
            self._composer.complain(str(failed))
            return False
        self._place.refresh()
        return True

    async def typing(self, about: str) -> None:
        """The browser says that somebody types there."""
        view = self._mine(about)
        if view is not None:
            await self._show(lambda caller: self._engine.signals.typing(caller, view.conversation_id))

    async def read(self, about: str) -> None:
        """The browser says that it has shown everything there."""
        view, opened = self._mine(about), self._place.opened
        if view is None or opened is None or not opened.messages:
            return
        newest = opened.messages[-1].message_id
        await self._show(lambda caller: self._engine.signals.read(caller, view.conversation_id, newest))

    @property
    def _composer(self) -> Composer:
        return self._place.layout.composer

    @property
    def _view(self) -> ConversationView | None:
        return self._place.opened.view if self._place.opened else None

    def _mine(self, about: str) -> ConversationView | None:
        """The conversation that is open, if it is meant, and theirs."""
        view = self._view
        if view is None or str(view.conversation_id) != about:
            return None
        return view if view.agent_id == self._place.reader.agent_id else None

    async def _show(self, showing: Callable[[Caller], Awaitable[None]]) -> None:
        """What a customer is not shown is nothing to complain about."""
        with contextlib.suppress(Failed):
            await self._place.do(showing)

    async def _act(self, caller: Caller, view: ConversationView, action: Action) -> ConversationView:
        desk = self._engine.desk
        if action is Action.TAKE:
            return await self._engine.offers.accept(caller, view.conversation_id, new_id())
        return await desk.act(caller, view.conversation_id, COMMANDS[action], new_id())

    async def _template(
        self, caller: Caller, view: ConversationView, choice: TemplateChoice, reply: str
    ) -> list[MessageView]:
        writing, conversation_id = self._engine.correspondence, view.conversation_id
        draft = (conversation_id, choice.model_dump_json(), reply)
        request_id = self._attempts.request_id(draft)
        if not reply:
            return await writing.send_template(caller, conversation_id, choice, request_id)
        return await writing.park(
            caller,
            conversation_id,
            self._draft(reply),
            behind=choice,
            request_id=request_id,
        )

    async def _note(self, caller: Caller, conversation_id: ConversationId, text: str) -> None:
        await self._engine.desk.note(caller, conversation_id, text)
        await self._place.read_notes(caller, conversation_id)

    def _suggested(self, text: str) -> tuple[Suggestion, ...]:
        try:
            suggestions = self._composer.suggestions
        except Unclear as unclear:
            raise Failed(str(unclear)) from unclear
        if suggestions and not text.strip():
            raise Failed(self._place.reader.texts.suggestions_need_text)
        return suggestions

    def _draft(
        self,
        text: str,
        attachments: tuple[MessageId, ...] = (),
        suggestions: tuple[Suggestion, ...] = (),
    ) -> Draft:
        try:
            return Draft(text=text, attachments=attachments, suggestions=suggestions)
        except ValidationError as error:
            raise Failed(self._place.reader.texts.too_long) from error

    def _went_out(self, conversation_id: ConversationId, text: str, sent: list[MessageView]) -> None:
        self._attempts.succeeded()
        self._composer.sent(conversation_id, text)
        self._place.said(conversation_id, sent)
