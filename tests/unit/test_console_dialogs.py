"""What is chosen in a dialog is for the conversation it was opened for, whichever is open by then."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from application.composing import TemplateChoice
from console.hands import Hands
from console.team import Team
from console.workplace import Workplace
from domain.ids import new_id
from domain.views import ConversationView
from tests.views import ALICE_READS, CONVERSATION, alices

OTHER = new_id()


class UseCases:
    """Remembers with which conversation something was done."""

    def __init__(self) -> None:
        self.done: list[tuple[str, UUID]] = []

    async def listing(self, *_: object) -> tuple[list[Any], None]:
        return [], None

    async def colleagues(self, *_: object) -> tuple[list[Any], None]:
        return [], None

    async def templates(self, *_: object) -> list[Any]:
        return []

    async def present(self, *_: object) -> list[Any]:
        return []

    async def to_queue(self, _caller: object, about: UUID, *_: object) -> None:
        self.done.append(("transfer", about))

    async def ask_agent(self, _caller: object, about: UUID, *_: object) -> None:
        self.done.append(("consult", about))

    async def ask_queue(self, *_: object) -> None: ...

    async def send_template(self, _caller: object, about: UUID, *_: object) -> list[Any]:
        self.done.append(("template", about))
        return []


class Page:
    """Shows one conversation, then another one."""

    def __init__(self, cases: UseCases) -> None:
        self.reader = ALICE_READS
        names = ("queues", "transfers", "consulting", "taking_part", "correspondence")
        self.services = SimpleNamespace(engine=SimpleNamespace(**dict.fromkeys(names, cases)))
        self.page = nullcontext()
        ignored = SimpleNamespace(
            show=_nothing, complain=_nothing, open=_nothing, sent=_nothing, said=_nothing
        )
        self.layout = SimpleNamespace(team=ignored, composer=ignored, template_dialog=ignored)
        self.said = _nothing
        self.show(alices())

    def show(self, view: ConversationView) -> None:
        self.opened = SimpleNamespace(view=view)

    async def do(self, doing: Callable[[Any], Awaitable[Any]]) -> Any:
        return await doing(None)


def _nothing(*_: object) -> None: ...


def a_page() -> tuple[UseCases, Page]:
    cases = UseCases()
    return cases, Page(cases)


async def test_what_is_handed_over_is_what_the_dialog_was_opened_for() -> None:
    cases, page = a_page()
    team = Team(cast("Workplace", page))
    await team.choices()
    page.show(alices(conversation_id=OTHER))
    await team.hand_over(f"queue {new_id()}", "")
    await team.ask(f"agent {new_id()}")
    assert cases.done == [("transfer", CONVERSATION), ("consult", CONVERSATION)]


async def test_a_template_goes_to_the_customer_it_was_chosen_for() -> None:
    cases, page = a_page()
    hands = Hands(cast("Workplace", page))
    await hands.choose_template("")
    page.show(alices(conversation_id=OTHER))
    await hands.send_template(TemplateChoice(template_id=new_id()), "")
    assert cases.done == [("template", CONVERSATION)]
