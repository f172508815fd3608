"""A small form: the skills that a conversation needs, each with its level."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from console.parts.markup import button, say, show_if, tag, words
from console.skills_needed import SkillChoice, SkillsNeeded
from console.texts import Texts
from domain.skills import RequiredSkill

_VALUE: Final = "(event) => emit(event.target.value)"


class SkillsForm:
    """Closed until wanted. What was chosen is checked by the use case."""

    def __init__(
        self,
        texts: Texts,
        on_save: Callable[[Sequence[RequiredSkill]], Awaitable[str | None]],
        on_done: Callable[[], Any],
    ) -> None:
        self._texts = texts
        self._on_save = on_save
        self._on_done = on_done
        self._choices: dict[str, SkillChoice] = {}
        self._rows: list[_Row] = []
        self.is_open = False
        with tag("fieldset", "skills-form", aria_label=texts.change_skills, hidden=True) as self._form:
            self._problem = words("p", "", "problem", role="alert", hidden=True)
            self._none = words("p", texts.no_skills_known, "quiet")
            self._list = tag("ul")
            self._add = button(texts.add_skill, "small").on("click", self._more, args=[])
            with tag("div", "buttons"):
                button(texts.cancel, "small quiet").on("click", self._cancel, args=[])
                button(texts.save_skills, "small primary").on("click", self._save, args=[])

    def open(self, needed: SkillsNeeded) -> None:
        """Begin with what it needs now."""
        self._choices = {choice.name: choice for choice in needed.choices}
        self._rows.clear()
        self._list.clear()
        by_name = {name.casefold(): name for name in self._choices}
        for each in needed.required:
            if (name := by_name.get(each.name.casefold())) is not None:
                self._append(RequiredSkill(name=name, level=each.level))
        self._complain(None)
        self._show(is_open=True)

    def close(self) -> None:
        """Nothing is being changed."""
        self._show(is_open=False)

    def _show(self, *, is_open: bool) -> None:
        self.is_open = is_open
        show_if(self._form, is_open)
        show_if(self._none, not self._choices)
        show_if(self._add, len(self._rows) < len(self._choices))

    def _more(self) -> None:
        taken = {row.chosen.name for row in self._rows}
        free = next((name for name in self._choices if name not in taken), None)
        if free is not None:
            self._append(RequiredSkill(name=free, level=1))
            self._show(is_open=True)

    def _append(self, skill: RequiredSkill) -> None:
        with self._list:
            self._rows.append(_Row(skill, self._choices, self._texts, self._remove))

    def _remove(self, row: "_Row") -> None:
        self._rows.remove(row)
        row.element.delete()
        self._show(is_open=True)

    def _cancel(self) -> None:
        self.close()
        self._on_done()

    async def _save(self) -> None:
        problem = await self._on_save(self._wanted())
        self._complain(problem)
        if problem is None:
            self._cancel()

    def _wanted(self) -> list[RequiredSkill]:
        """Of a skill that was chosen twice, the last one."""
        return list({row.chosen.name: row.chosen for row in self._rows}.values())

    def _complain(self, problem: str | None) -> None:
        say(self._problem, problem or "")
        show_if(self._problem, problem)


class _Row:
    """A skill and a level of it."""

    def __init__(
        self,
        chosen: RequiredSkill,
        choices: dict[str, SkillChoice],
        texts: Texts,
        on_remove: "Callable[[_Row], Any]",
    ) -> None:
        self.chosen = chosen
        self._choices = choices
        with tag("li") as self.element:
            skill = tag("select", aria_label=texts.skill)
            _options(skill, {name: name for name in choices}, chosen.name)
            skill.on("change", self._another, js_handler=_VALUE)
            self._level = tag("select", aria_label=texts.level)
            self._show_levels()
            self._level.on("change", self._another_level, js_handler=_VALUE)
            remove = button(texts.remove_skill.format(name=chosen.name), "quiet", sign="cross")
            remove.on("click", lambda: on_remove(self), args=[])

    def _another(self, event: GenericEventArguments) -> None:
        name = str(event.args)
        if name in self._choices:
            self.chosen = RequiredSkill(name=name, level=1)
            self._show_levels()

    def _another_level(self, event: GenericEventArguments) -> None:
        level = str(event.args)
        if level in self._levels():
            self.chosen = RequiredSkill(name=self.chosen.name, level=int(level))

    def _show_levels(self) -> None:
        self._level.clear()
        _options(self._level, self._levels(), str(self.chosen.level))

    def _levels(self) -> dict[str, str]:
        levels = self._choices[self.chosen.name].levels
        return {str(number): name for number, name in enumerate(levels, start=1)}


def _options(select: Element, options: dict[str, str], chosen: str) -> None:
    with select:
        for value, name in options.items():
            words("option", name, value=value, selected=value == chosen)
