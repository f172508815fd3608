"""What a page shows of who works together on a conversation, and which buttons it offers."""

from collections.abc import Sequence

from application.handing_over import Colleague
from console.reader import Reader
from domain.conversations import State
from domain.ids import AgentId
from domain.participants import Participant, Role
from domain.presences import ALLOWED_BY_DEFAULT
from domain.queue_views import QueueView
from domain.values import Value
from domain.views import ConversationView
from storage.consults import HELPED_IN


class Choice(Value):
    """Somebody, or some queue, in a list to choose from."""

    key: str
    """`queue …` or `agent …`."""
    label: str


class Member(Value):
    """Somebody who takes part."""

    agent_id: AgentId
    label: str
    dismissal: str | None = None
    """What the button says that ends their help. None: there is none."""


class Teamwork(Value):
    """What is offered, and who is there."""

    may_transfer: bool = False
    may_ask: bool = False
    may_come: tuple[Role, ...] = ()
    may_leave: bool = False
    may_say: bool = False
    members: tuple[Member, ...] = ()


def teamwork_of(
    conversation: ConversationView, present: Sequence[Participant], reader: Reader
) -> Teamwork:
    """What may be done now, by this person; the use cases decide."""
    is_mine = conversation.agent_id is not None and conversation.agent_id == reader.agent_id
    own = next((each.role for each in present if each.agent_id == reader.agent_id), None)
    is_held = conversation.state in HELPED_IN
    is_assigned = conversation.state in {State.ACTIVE, State.TEMPLATE_ONLY}
    comes = reader.is_supervisor and not is_mine and is_held
    return Teamwork(
        may_transfer=is_assigned and (is_mine or reader.is_supervisor),
        may_ask=is_mine and is_held,
        may_come=tuple(role for role in (Role.MONITOR, Role.JOIN) if comes and role is not own),
        may_leave=own is not None,
        may_say=own is not None or (is_mine and bool(present)),
        members=tuple(_member(each, reader, is_mine=is_mine) for each in present),
    )


def choices_of(
    queues: Sequence[QueueView], colleagues: Sequence[Colleague], reader: Reader
) -> list[Choice]:
    """Open queues, then who is there; oneself is not asked."""
    texts = reader.texts
    found = [
        Choice(
            key=f"queue {queue.queue_id}",
            label=texts.queue_choice.format(
                name=queue.name, waiting=queue.waiting, available=queue.available
            ),
        )
        for queue in queues
        if queue.is_open
    ]
    return found + [
        Choice(
            key=f"agent {each.agent_id}",
            label=texts.agent_choice.format(name=each.name, presence=texts.presences[each.presence]),
        )
        for each in colleagues
        if each.presence in ALLOWED_BY_DEFAULT and each.agent_id != reader.agent_id
    ]


def _member(participant: Participant, reader: Reader, *, is_mine: bool) -> Member:
    texts, name = reader.texts, participant.agent_name
    is_ours_to_end = is_mine and participant.role is Role.CONSULT
    return Member(
        agent_id=participant.agent_id,
        label=texts.roles[participant.role].format(name=name),
        dismissal=texts.thank.format(name=name) if is_ours_to_end else None,
    )
