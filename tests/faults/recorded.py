"""Evidence of a small run in which everything went well: a checker finds nothing in it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from tests.faults.evidence import (
    RUNNING,
    Arrival,
    Attempt,
    Conversation,
    Evidence,
    Line,
    Outcome,
    Reply,
    Utterance,
)

NOON: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
CUSTOMERS: Final = ("whatsapp:+15560000001", "whatsapp:+15560000002")
MESSAGES: Final = range(3)
REPLIES: Final = range(2)
IMMEDIATELY: Final = timedelta(milliseconds=20)


def evidence() -> Evidence:
    """Two customers say three things each and get two replies; every webhook comes twice."""
    return Evidence(
        utterances=tuple(_utterance(who, number) for who in CUSTOMERS for number in MESSAGES),
        replies=tuple(_reply(who, number) for who in CUSTOMERS for number in REPLIES),
        arrivals=tuple(_arrival(who, number) for who in CUSTOMERS for number in REPLIES),
        lines=tuple(line for who in CUSTOMERS for line in (*_inbound(who), *_outbound(who))),
        conversations=tuple(_conversation(who) for who in CUSTOMERS),
    )


def _said_at(number: int) -> datetime:
    return NOON + timedelta(seconds=number)


def _utterance(customer: str, number: int) -> Utterance:
    first, again = _said_at(number), _said_at(number) + 2 * IMMEDIATELY
    return Utterance(
        customer=customer,
        provider_id=f"SM{customer}{number}",
        text=f"message {number}",
        said_at=first,
        attempts=tuple(
            Attempt(began=began, ended=began + IMMEDIATELY, status=200) for began in (first, again)
        ),
    )


def _reply(customer: str, number: int) -> Reply:
    return Reply(
        customer=customer,
        conversation_id=f"of {customer}",
        number=number,
        text=f"reply {number}",
        outcome=Outcome.ACCEPTED,
        message_id=f"{customer}/{number}",
    )


def _arrival(customer: str, number: int) -> Arrival:
    return Arrival(
        customer=customer,
        position=number,
        message_id=f"{customer}/{number}",
        text=f"reply {number}",
    )


def _inbound(customer: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            customer=customer,
            conversation_id=f"of {customer}",
            message_id=f"{customer}/in/{number}",
            seq=number + 1,
            is_inbound=True,
            text=f"message {number}",
            at=_said_at(number) + IMMEDIATELY / 2,
            provider_id=f"SM{customer}{number}",
        )
        for number in MESSAGES
    )


def _outbound(customer: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            customer=customer,
            conversation_id=f"of {customer}",
            message_id=f"{customer}/{number}",
            seq=len(MESSAGES) + number + 1,
            is_inbound=False,
            text=f"reply {number}",
            at=_said_at(len(MESSAGES) + number),
            status="delivered",
        )
        for number in REPLIES
    )


def _conversation(customer: str) -> Conversation:
    return Conversation(
        customer=customer,
        conversation_id=f"of {customer}",
        state="active",
        agent_id="somebody",
        holds_capacity=True,
        mailbox_seq=len(MESSAGES),
        mail_left=0,
        workflow_status=RUNNING,
        workflow_state="active",
        workflow_handled=len(MESSAGES),
    )
