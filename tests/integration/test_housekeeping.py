"""What is kept for a while is forgotten, and nothing else."""

from domain.messages import DeliveryStatus, StatusReported
from storage.messages import Messages
from tests.fakes import FakeChannel
from tests.shop import Shop, a_message, a_webhook

BACKDATE = (
    b"UPDATE conversation_events SET at = at - interval '8 days'",
    b"UPDATE parked_callbacks SET at = at - interval '3 days'",
)


async def test_old_events_go_and_the_transcript_stays(shop: Shop, channel: FakeChannel) -> None:
    account_id = shop.account.account_id
    await shop.parts.engine.intake.receive(account_id, channel, a_webhook(a_message(1)))
    report = StatusReported(provider_message_id="not ours", status=DeliveryStatus.READ)
    await shop.parts.engine.intake.receive(account_id, channel, a_webhook(report))
    fresh = await shop.parts.housekeeper.tidy()
    assert not any(fresh.values())
    async with shop.database.connection() as connection:
        for statement in BACKDATE:
            await connection.execute(statement)
    forgotten = await shop.parts.housekeeper.tidy()
    assert forgotten["live_events"] > 0
    assert forgotten["parked_reports"] == 1
    [view] = await shop.running()
    assert len(await Messages(shop.database).transcript(view.conversation_id)) == 1
