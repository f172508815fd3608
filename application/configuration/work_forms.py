"""What admins type about work: how it is given out, and who can take how much of it."""

from typing import Annotated, Final, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from domain.capacity import AgentCapacityProfile
from domain.context_variables import ContextVariable
from domain.distribution import OfferSettings, ReturningCustomers, Ring, WorkSettings
from domain.ids import CapacityProfileId
from domain.presences import BasePresence
from domain.routing_rules import AttributeName
from domain.skills import AgentSkill

_FORBIDDING: Final = ConfigDict(frozen=True, extra="forbid")
Named = TypeVar("Named", str, CapacityProfileId)


def each_once(names: tuple[Named, ...]) -> tuple[Named, ...]:
    """Raise ValueError when one comes twice."""
    if len(set(names)) < len(names):
        raise ValueError("name each once")
    return names


class RingForm(Ring):
    """A step by which skills are relaxed."""

    model_config = _FORBIDDING


class OfferForm(OfferSettings):
    """How work is offered."""

    model_config = _FORBIDDING

    fields: Annotated[
        tuple[AttributeName, ...],
        AfterValidator(each_once),
        Field(max_length=4, examples=[["topic"]]),
    ] = ()


class ReturningForm(ReturningCustomers):
    """Who gets a customer who comes back."""

    model_config = _FORBIDDING

    offers: OfferForm | None = None


class WorkForm(WorkSettings):
    """The work distribution of a workstream, as a whole."""

    model_config = _FORBIDDING

    rings: Annotated[tuple[RingForm, ...], Field(max_length=5)] = ()
    offers: OfferForm = OfferForm()
    returning: ReturningForm = ReturningForm()
    capacity_profile_ids: Annotated[
        tuple[CapacityProfileId, ...], AfterValidator(each_once), Field(max_length=5)
    ] = ()

    @field_validator("allowed_presences")
    @classmethod
    def _chosen_by_people(cls, presences: tuple[BasePresence, ...]) -> tuple[BasePresence, ...]:
        if BasePresence.INACTIVE in presences:
            raise ValueError("nobody who is inactive can be offered work")
        return tuple(dict.fromkeys(presences))

    @model_validator(mode="after")
    def _widens(self) -> Self:
        starts = [ring.after for ring in self.rings]
        if starts != sorted(set(starts)):
            raise ValueError("each ring must begin later than the one before")
        return self

    @property
    def settings(self) -> WorkSettings:
        """The same as it is kept."""
        return WorkSettings.model_validate(self.model_dump())


def _each_skill_once(skills: tuple[AgentSkill, ...]) -> tuple[AgentSkill, ...]:
    if len({each.skill_id for each in skills}) < len(skills):
        raise ValueError("name each skill once")
    return tuple(sorted(skills, key=lambda each: each.skill_id))


def _each_profile_once(
    profiles: tuple[AgentCapacityProfile, ...],
) -> tuple[AgentCapacityProfile, ...]:
    if len({each.profile_id for each in profiles}) < len(profiles):
        raise ValueError("name each capacity profile once")
    return tuple(sorted(profiles, key=lambda each: each.profile_id))


def _can_be_chosen(presence: BasePresence) -> BasePresence:
    if presence is BasePresence.INACTIVE:
        raise ValueError("only the system makes somebody inactive")
    return presence


def _each_name_once(variables: tuple[ContextVariable, ...]) -> tuple[ContextVariable, ...]:
    each_once(tuple(variable.name for variable in variables))
    return variables


ContextVariables: TypeAlias = Annotated[
    tuple[ContextVariable, ...],
    AfterValidator(_each_name_once),
    Field(max_length=100, examples=[[{"name": "cart_total", "kind": "number"}]]),
]
CapacityUnits: TypeAlias = Annotated[int, Field(ge=0, le=10_000, examples=[90])]
AgentSkills: TypeAlias = Annotated[
    tuple[AgentSkill, ...], AfterValidator(_each_skill_once), Field(max_length=100)
]
AgentCapacityProfiles: TypeAlias = Annotated[
    tuple[AgentCapacityProfile, ...], AfterValidator(_each_profile_once), Field(max_length=20)
]
ChosenPresence: TypeAlias = Annotated[BasePresence, AfterValidator(_can_be_chosen)]
