"""Where another system answers a customer, nothing leaves from here."""

from domain.ids import MessageId
from domain.messages import DeliveryStatus
from domain.ports import Claim, Settled
from storage.messages import Messages
from storage.outbox import Outbox
from storage.standby import REASON
from tests.integration.house import House

STANDBY = {"mode": "standby"}


async def an_answer_to(house: House, sid: str, details: dict[str, str]) -> MessageId:
    received = await house.receive(sid, details=details)
    return await house.answer(received.conversation_id)


async def test_a_message_to_somebody_whom_another_system_answers_fails(house: House) -> None:
    message_id = await an_answer_to(house, "M1", STANDBY)

    settled = await Outbox(house.db).claim(message_id)

    assert settled == Settled(status=DeliveryStatus.FAILED, error_code="standby")
    delivery = (await Messages(house.db).get(message_id)).delivery
    assert delivery is not None
    assert delivery.error_text == REASON


async def test_the_newest_message_says_who_answers(house: House) -> None:
    await house.receive("M1", details=STANDBY)
    message_id = await an_answer_to(house, "M2", {"mode": "active"})

    assert isinstance(await Outbox(house.db).claim(message_id), Claim)


async def test_inv3_what_is_in_doubt_is_resolved_in_standby_too(house: House) -> None:
    outbox, message_id = Outbox(house.db), await an_answer_to(house, "M1", {})
    await outbox.claim(message_id)
    await house.receive("M2", details=STANDBY)

    claim = await outbox.claim(message_id)

    assert isinstance(claim, Claim)
    assert claim.doubtful_since is not None
