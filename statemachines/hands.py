"""Words of the table about who has the conversation, and whose capacity it takes."""

from domain.effects import Assign, FreeCapacity, HoldCapacity, JoinQueue, Trigger, Unassign
from domain.timers import Deadline
from statemachines.offering import Offering


class Hands(Offering):
    """Into an agent's hands, and out of them."""

    def agent_is_held(self) -> bool:
        return self.memory.session_open

    def assign(self) -> None:
        if self.agent_id is None:
            raise ValueError(f"{self.event} needs an agent")
        self.stop_awaiting_agent()
        self._ask(Assign(agent_id=self.agent_id), HoldCapacity())
        self._settle_for(self.agent_id)
        self._announce(Trigger.AGENT_ASSIGNED)

    def requeue(self) -> None:
        self._put_back(same_agent=self.timers.same_agent)

    def give_back(self) -> None:
        self._put_back(same_agent=False)

    def leave_for_queue(self) -> None:
        self._ask(FreeCapacity(), Unassign())
        self.go_to_queue()

    def go_to_queue(self) -> None:
        self._ask(JoinQueue(queue_id=self.queue_id, at=self.now))
        self._announce(Trigger.TRANSFERRED_TO_QUEUE)

    def announce_transfer(self) -> None:
        self._announce(Trigger.TRANSFER_ACCEPTED)

    def await_agent(self) -> None:
        if Deadline.AGENT_LOST not in self.memory.deadlines:
            self._arm(Deadline.AGENT_LOST, self.timers.agent_lost)

    def stop_awaiting_agent(self) -> None:
        if Deadline.AGENT_LOST in self.memory.deadlines:
            self._disarm(Deadline.AGENT_LOST)

    def announce_agent_disconnected(self) -> None:
        self._announce(Trigger.AGENT_DISCONNECTED)

    def let_agent_go(self) -> None:
        self.stop_awaiting_agent()
        self._ask(FreeCapacity(), Unassign())
        self._announce(Trigger.AGENT_LEFT)

    def free_capacity(self) -> None:
        self._ask(FreeCapacity())
        self._disarm(Deadline.WRAP_UP_CAPACITY)

    def _put_back(self, *, same_agent: bool) -> None:
        self._ask(FreeCapacity(), Unassign(remember=same_agent))
        self._announce(Trigger.CONVERSATION_REQUEUED)
