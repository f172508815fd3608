"""What it takes to be asked for one conversation at one moment, by settings, rules and time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from domain.capacity import Demand
from domain.custom_order import AgentOrder, AssignmentRule
from domain.distribution import Ring, SkillMatching
from domain.ids import AgentId
from domain.presences import BasePresence
from domain.work import Desk, Refusals, WorkItem

FoldedSkills: TypeAlias = tuple[tuple[str, int], ...]


class Requirements(NamedTuple):
    """Whoever fulfils it is suitable."""

    demand: Demand
    presences: frozenset[BasePresence]
    required: FoldedSkills
    skills: FoldedSkills
    """Those of the required ones that count: all or none."""
    levels_off: int | None
    """By how many levels each skill may fall short. None: by any."""
    by_closeness: bool
    """Whoever comes closer is asked earlier."""
    refusals: Mapping[AgentId, Refusals]
    most_refusals: int
    again_from: datetime | None
    """Whoever refused later than this is not asked. None: they are asked last."""
    must: FoldedSkills = ()
    """Of a rule of a custom order: these never fall short."""
    rule: str | None = None
    order_by: tuple[AgentOrder, ...] = ()


def requirements_of(item: WorkItem, desk: Desk, now: datetime) -> Requirements:
    """As its workstream says."""
    work = desk.work[item.workstream_id]
    again_after = work.offers.again_after
    matching, required = work.skill_matching, _required(item, desk.skills)
    return Requirements(
        demand=Demand.of(work),
        presences=frozenset(work.allowed_presences),
        required=required,
        skills=required if matching is not SkillMatching.NONE else (),
        levels_off=_levels_off(matching, work.rings, now - item.queued_at),
        by_closeness=matching is not SkillMatching.NONE,
        refusals={each.agent_id: each for each in item.refusals},
        most_refusals=desk.most_refusals,
        again_from=now - again_after if again_after else None,
    )


def requirements_by(rule: AssignmentRule, usual: Requirements) -> Requirements:
    """As a rule of a custom order says, where it says something."""
    changed = usual._replace(
        presences=frozenset(rule.presences) or usual.presences,
        must=tuple((skill.name.casefold(), skill.level) for skill in rule.having),
        rule=rule.name,
        order_by=rule.order_by,
    )
    if rule.skill_matching is None:
        return changed
    return changed._replace(
        skills=usual.required if rule.skill_matching is not SkillMatching.NONE else (),
        levels_off=0 if rule.skill_matching is SkillMatching.EXACT else None,
    )


def _required(item: WorkItem, known: frozenset[str]) -> FoldedSkills:
    """With the language where a skill is named like it, or like the language without its region."""
    skills = {skill.name.casefold(): skill.level for skill in item.required_skills}
    language = item.language.casefold()
    named = next((tag for tag in (language, language.split("-")[0]) if tag in known), None)
    if named is not None:
        skills.setdefault(named, 1)
    return tuple(skills.items())


def _levels_off(matching: SkillMatching, rings: tuple[Ring, ...], waited: timedelta) -> int | None:
    if matching is not SkillMatching.EXACT:
        return None
    reached = [ring for ring in rings if ring.after <= waited]
    return max(reached, key=lambda ring: ring.after).levels_off if reached else 0
