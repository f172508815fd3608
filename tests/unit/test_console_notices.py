"""What an agent reads of the monitoring notice and of the consent question."""

from datetime import timedelta

import pytest

from console.standing import facts_of
from console.texts import ENGLISH
from domain.ids import new_id
from domain.messages import DeliveryStatus
from domain.notices import ConsentShown, ConsentState, NoticeShown
from domain.views import ConversationView
from tests.builders import NOON
from tests.views import ALICE_READS, alices


def fact(label: str, view: ConversationView) -> str | None:
    facts = facts_of(view, ALICE_READS, NOON + timedelta(minutes=1))
    return next((fact.value for fact in facts if fact.label == label), None)


def a_notice(status: DeliveryStatus, *, told: bool) -> NoticeShown:
    return NoticeShown(message_id=new_id(), at=NOON, status=status, told=told, text_version=3)


@pytest.mark.parametrize(
    ("status", "told", "text"),
    [
        (DeliveryStatus.QUEUED, False, "the notice is on its way"),
        (DeliveryStatus.DELIVERED, True, "Today 12:00, text 3"),
        (DeliveryStatus.FAILED, False, "not told: the notice was not delivered"),
        (DeliveryStatus.WITHDRAWN, False, "not told: the notice was not delivered"),
    ],
)
def test_told_is_only_who_got_the_notice(status: DeliveryStatus, text: str, *, told: bool) -> None:
    view = alices(monitoring_notice=a_notice(status, told=told))
    assert fact(ENGLISH.monitoring_notice, view) == text


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (ConsentState.ASKED, "asked Today 12:00, no answer yet"),
        (ConsentState.GIVEN, "given Today 12:00, text 2"),
        (ConsentState.REFUSED, "refused Today 12:00, text 2"),
    ],
)
def test_a_consent_is_told_with_its_time(state: ConsentState, text: str) -> None:
    consent = ConsentShown(
        state=state,
        text_version=2,
        language="en",
        asked_at=NOON,
        conversation_id=new_id(),
        question_message_id=new_id(),
    )
    assert fact(ENGLISH.consent, alices(consent=consent)) == text


def test_where_nothing_was_told_or_asked_nothing_is_said() -> None:
    assert fact(ENGLISH.monitoring_notice, alices()) is None
    assert fact(ENGLISH.consent, alices()) is None
