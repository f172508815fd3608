"""In the details: why a conversation is where it is, and what it needs of whoever gets it."""

from collections.abc import Awaitable, Callable, Sequence

from console.explained import ReasonLine
from console.parts.keyed import Keyed
from console.parts.markup import button, say, show_if, tag, words
from console.parts.skills_form import SkillsForm
from console.skills_needed import SkillsNeeded
from console.texts import Texts
from domain.skills import RequiredSkill

Required = Callable[[Sequence[RequiredSkill]], Awaitable[str | None]]
"""Asks for these skills; says what went wrong."""


class WhyPanel:
    """Skills that can be changed, and reasons that cannot."""

    def __init__(self, texts: Texts, on_require: Required) -> None:
        self._texts = texts
        self._needed: SkillsNeeded | None = None
        words("h2", texts.skills_needed)
        self._no_skills = words("p", texts.no_skills_needed, "quiet empty")
        skills = tag("ul", "skills-needed")
        self._change = button(texts.change_skills, "small")
        self._change.on("click", self._begin, args=[])
        self._form = SkillsForm(texts, on_require, self._done)
        words("h2", texts.why_here)
        words("p", texts.why_here_hint, "quiet")
        self._no_reasons = words("p", texts.no_reasons, "quiet empty")
        self._problem = words("p", "", "problem", role="alert", hidden=True)
        reasons = tag("ol", "reasons")
        self._skills = Keyed[str](skills, lambda line: line, lambda _: _SkillRow())
        self._reasons = Keyed[ReasonLine](reasons, lambda line: line.key, lambda _: _ReasonRow())

    def clear(self) -> None:
        """Another conversation: nothing is known of it yet."""
        self._form.close()
        self._skills.show(())
        self._reasons.show(())
        for each in (self._no_skills, self._no_reasons, self._change, self._problem):
            show_if(each, condition=False)

    def show(self, lines: Sequence[ReasonLine]) -> None:
        """These reasons."""
        self._reasons.show(lines)
        show_if(self._no_reasons, not lines)
        show_if(self._problem, condition=False)

    def need(self, needed: SkillsNeeded) -> None:
        """What it needs now. What is being changed stays as long as it may be."""
        if not needed.may_change:
            self._form.close()
        self._needed = needed
        self._skills.show(needed.lines(self._texts))
        show_if(self._no_skills, not needed.required)
        self._done()

    def complain(self, problem: str) -> None:
        """Say why there is nothing to be seen."""
        say(self._problem, problem)
        show_if(self._problem, condition=True)

    def _begin(self) -> None:
        if self._needed is not None:
            self._form.open(self._needed)
            self._done()

    def _done(self) -> None:
        may_change = self._needed is not None and self._needed.may_change
        show_if(self._change, may_change and not self._form.is_open)


class _SkillRow:
    def __init__(self) -> None:
        self.element = tag("li")
        with self.element:
            self._said = words("span", "", dir="auto")

    def fill(self, item: str) -> None:
        say(self._said, item)


class _ReasonRow:
    """When, what, and behind a click who or what else was considered."""

    def __init__(self) -> None:
        self.element = tag("li")

    def fill(self, item: ReasonLine) -> None:
        self.element.clear()
        with self.element:
            words("strong", item.title)
            words("time", item.time)
            if item.text:
                words("p", item.text)
            if item.considered:
                with tag("details"):
                    words("summary", item.summary)
                    with tag("ul"):
                        for line in item.considered:
                            words("li", line)
