"""Fire one event at a conversation: its new memory, and the effects to perform."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from transitions import Machine, MachineError

from domain.conversations import Event, Memory, State
from domain.effects import Effect, JoinQueue, SetDeadline
from domain.errors import ConversationClosed, Refused
from domain.ids import AgentId, QueueId
from domain.offers import OfferTerms
from domain.timers import Deadline, TimerPolicy
from statemachines.memory import remember
from statemachines.step import Step
from statemachines.table import REFUSALS, TABLE, Row


class Decision(NamedTuple):
    """What an event came to: adopt `memory`, perform `effects` in order."""

    memory: Memory
    effects: tuple[Effect, ...]


def fire(
    memory: Memory,
    event: Event,
    *,
    now: datetime,
    timers: TimerPolicy,
    agent_id: AgentId | None = None,
    wrote_at: datetime | None = None,
    offer: OfferTerms | None = None,
    queue_id: QueueId | None = None,
) -> Decision:
    """Decide what `event` does to the conversation.

    Raises Refused (ConversationClosed when it is closed) and changes nothing when the table has
    no row for the event in the present state. `agent_id` is who takes the conversation;
    `wrote_at` is when the customer wrote; `offer` is what this event proposes, or hands over unasked;
    `queue_id` is where the conversation goes.
    """
    step = Step(memory.state, memory, event, now, timers, agent_id, wrote_at or now, offer, queue_id)
    try:
        if not _MACHINE.events[event].trigger(step):
            raise Refused(REFUSALS[event])
    except MachineError:
        raise _refusal(memory.state, event) from None
    return Decision(remember(memory, step.effects), tuple(step.effects))


def resume(memory: Memory, *, now: datetime, timers: TimerPolicy) -> Memory:
    """The memory of a conversation that is taken up in the middle: its state, with fresh deadlines."""
    step = Step(memory.state, memory, Event.CUSTOMER_WROTE, now, timers, memory.agent_id, now)
    getattr(step, f"enter_{memory.state}")()
    if memory.state is State.DISCONNECTED:
        step.start_grace()
    kept = [effect for effect in step.effects if isinstance(effect, SetDeadline | JoinQueue)]
    if memory.offer is not None:
        countdown = SetDeadline(deadline=Deadline.OFFER_COUNTDOWN, at=memory.offer.expires_at)
        kept.append(countdown)
    return remember(memory, kept)


def _refusal(state: State, event: Event) -> Refused:
    if state is State.CLOSED:
        return ConversationClosed(REFUSALS[event], state=state)
    return Refused(REFUSALS[event], state=state, event=event)


def _transition(row: Row) -> dict[str, Any]:
    return {
        "trigger": row.event,
        "source": list(row.source),
        "dest": row.to,
        "before" if row.to else "after": list(row.do),
        "conditions": list(row.when),
        "unless": list(row.unless),
    }


def _build() -> Machine:
    """One machine for all conversations: a table that is never bound to a model.

    Flat states and `queued=False` make it safe to use from many threads at once.
    """
    return Machine(
        model=None,
        states=[{"name": state, "on_enter": [f"enter_{state}"]} for state in State],
        transitions=[_transition(row) for row in TABLE],
        initial=State.OPEN,
        auto_transitions=False,
        send_event=False,
        queued=False,
    )


_MACHINE: Final = _build()
