"""What a conversation needs of whoever gets it, and what may be asked for instead."""

from collections.abc import Sequence

from console.reader import Reader
from console.texts import Texts
from domain.conversations import State
from domain.skills import RequiredSkill, Skill
from domain.values import Value
from domain.views import ConversationView


class SkillChoice(Value):
    """A skill that there is; its levels, the lowest first."""

    name: str
    levels: tuple[str, ...]


class SkillsNeeded(Value):
    """As it is now, and what there is to choose from."""

    required: tuple[RequiredSkill, ...]
    choices: tuple[SkillChoice, ...]
    may_change: bool
    """A promise to the eye only: the use case decides."""

    def lines(self, texts: Texts) -> list[str]:
        """`Billing: Expert`."""
        return [
            texts.skill_at.format(name=each.name, level=self._level_named(each))
            for each in self.required
        ]

    def _level_named(self, required: RequiredSkill) -> str:
        wanted = required.name.casefold()
        found = next((each for each in self.choices if each.name.casefold() == wanted), None)
        is_known = found is not None and required.level <= len(found.levels)
        return found.levels[required.level - 1] if found and is_known else str(required.level)


def skills_needed(
    conversation: ConversationView, known: Sequence[Skill], reader: Reader
) -> SkillsNeeded:
    """Its agent and supervisors may ask for others, as long as it runs."""
    is_theirs = conversation.agent_id == reader.agent_id or reader.is_supervisor
    return SkillsNeeded(
        required=conversation.required_skills,
        choices=tuple(SkillChoice(name=each.name, levels=each.levels) for each in known),
        may_change=is_theirs and conversation.state is not State.CLOSED,
    )
