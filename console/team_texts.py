"""The console's texts about working together: transfers, help, and supervisors who take part."""

from collections.abc import Mapping

from domain.offers import OfferState
from domain.participants import Role
from domain.values import Value


class TeamTexts(Value):
    """English. Words in braces are filled in. A part of `Texts`."""

    team: str = "Working together"
    transfer: str = "Transfer …"
    transfer_title: str = "Transfer this conversation"
    transfer_now: str = "Transfer"
    transfer_to: str = "To whom"
    transfer_note: str = "What they should know (no customer sees it)"
    consult: str = "Ask for help …"
    consult_title: str = "Ask somebody for help"
    consult_now: str = "Ask"
    answers: Mapping[OfferState, str] = {
        OfferState.DECLINED: "{name} declined.",
        OfferState.TIMED_OUT: "{name} did not answer in time.",
        OfferState.UNDELIVERED: "{name} was not there to answer.",
    }
    nobody_to_ask: str = "Nobody is there to ask."
    monitor: str = "Read along"
    join: str = "Join"
    leave_team: str = "Leave"
    thank: str = "End the help of {name}"
    private: str = "To the agents only"
    private_send: str = "Say it to the agents only"
    queue_choice: str = "Queue {name}: {waiting} waiting, {available} there"
    agent_choice: str = "{name}: {presence}"
    roles: Mapping[Role, str] = {
        Role.CONSULT: "{name} helps",
        Role.MONITOR: "{name} reads along",
        Role.JOIN: "{name} has joined",
    }
