"""Twilio's status callbacks, one for each step of a message."""

from simulator.records import Message
from simulator.reports import Reports
from simulator.simulation import Simulation
from simulator.twilio.webhooks import status_errand


class Callbacks:
    """Reports each status to whoever wants to hear of it."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._reports = Reports(sim)

    def report(self, message: Message) -> None:
        account = self._sim.world.accounts[message.account_id]
        endpoint = self._sim.world.endpoints[message.business]
        errand = status_errand(account, endpoint, message)
        if errand is not None:
            self._reports.send(errand)
