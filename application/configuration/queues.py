"""Queues: where conversations wait for one of the members."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Name
from application.configuration.register import Register
from application.configuration.skills import unknown_skills
from domain.configuration import Caller, Queue
from domain.custom_order import CustomOrder
from domain.distribution import AssignmentMethod
from domain.errors import InvalidInput
from domain.ids import AgentId, OperatingHoursId, QueueId, new_id
from domain.overflow import Overflow
from storage.database import Database
from storage.queues import Queues
from storage.skills import Skills

SUBJECT: Final = "queue"
_EXAMPLE: Final = {
    "out_of_hours": {"action": "assign_anyway"},
    "item_limit": {"limit": 100, "action": "end"},
    "waiting_time": {"after": "PT10M", "action": "end"},
}


def _each_once(members: tuple[AgentId, ...]) -> tuple[AgentId, ...]:
    return tuple(sorted(set(members)))


Members = Annotated[tuple[AgentId, ...], AfterValidator(_each_once), Field(max_length=1000)]
Priority = Annotated[int, Field(ge=0, le=10_000)]


class NewQueue(Draft):
    """A queue to open."""

    name: Name = Field(examples=["Support"])
    priority: Priority = 100
    member_ids: Members = ()
    method: AssignmentMethod = AssignmentMethod.HIGHEST_CAPACITY
    custom_order: CustomOrder = CustomOrder()
    """What comes first, and whom it is offered to, when the method is `custom`."""
    is_default: bool = False
    """All agents are its members, those to come as well."""
    operating_hours_id: OperatingHoursId | None = None
    overflow: Overflow = Field(default=Overflow(), examples=[_EXAMPLE])


class QueueChange(Draft):
    """What to change of a queue. Members are replaced as a whole."""

    name: Name | None = None
    priority: Priority | None = None
    member_ids: Members | None = None
    method: AssignmentMethod | None = None
    custom_order: CustomOrder | None = None
    is_default: bool | None = None
    operating_hours_id: OperatingHoursId | None = None
    overflow: Overflow | None = None

    def given(self) -> dict[str, Any]:
        """As of every form; but to have no hours is to be open at all times."""
        is_always_open = "operating_hours_id" in self.model_fields_set and not self.operating_hours_id
        return {**super().given(), **({"operating_hours_id": None} if is_always_open else {})}


class QueueConfiguration:
    """Keeps queues and who belongs to them."""

    def __init__(self, *, queues: Queues, trail: AuditTrail, database: Database) -> None:
        self._register = Register(SUBJECT, queues, trail, database)
        self._skills = Skills(database)

    async def get(self, queue_id: QueueId) -> Queue:
        """Raise NotFound."""
        return await self._register.get(queue_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Queue], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewQueue) -> Queue:
        """Open one. Raise InvalidInput for what no queue can be."""
        _check_members(draft.member_ids, is_default=draft.is_default)
        await self._check(draft.custom_order)
        queue = Queue(queue_id=new_id(), created_at=now(), updated_at=now(), **dict(draft))
        return await self._register.create(caller, queue.queue_id, queue)

    async def update(
        self, caller: Caller, queue_id: QueueId, change: QueueChange, expected_version: int
    ) -> Queue:
        """Change some of it. Raise InvalidInput for what no queue can be."""
        if change.member_ids is not None:
            before = await self.get(queue_id)
            is_default = before.is_default if change.is_default is None else change.is_default
            _check_members(change.member_ids, is_default=is_default)
        if change.overflow and queue_id in change.overflow.queues:
            raise InvalidInput("A queue cannot overflow into itself.", field="overflow")
        await self._check(change.custom_order)
        return await self._register.update(caller, queue_id, change.given(), expected_version)

    async def delete(self, caller: Caller, queue_id: QueueId, expected_version: int) -> None:
        """Close it. Raise StillInUse while workstreams or conversations depend on it."""
        await self._register.delete(caller, queue_id, expected_version)

    async def _check(self, order: CustomOrder | None) -> None:
        """Raise InvalidInput when a rule asks for a skill that nobody can have."""
        skills = [skill for rule in order.rules for skill in rule.having] if order else []
        problems = await unknown_skills(self._skills, skills)
        if problems:
            raise InvalidInput(" ".join(problems), field="custom_order", problems=problems)


def _check_members(member_ids: tuple[AgentId, ...], *, is_default: bool) -> None:
    if is_default and member_ids:
        problem = "All agents are members of a default queue, and none of them is named."
        raise InvalidInput(problem, field="member_ids")
