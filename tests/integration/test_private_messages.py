"""What agents say to each other never leaves: not by the outbox, nor by a row that somebody forced."""

import pytest

from domain.errors import NotFound
from domain.ids import new_id
from domain.ports import Settled
from storage.outbox import Outbox
from storage.private_messages import PrivateMessages
from tests.integration.house import House

DELIVER = """
    INSERT INTO deliveries (message_id, account_id, status, rank)
    SELECT %(message_id)s, account_id, 'queued', 0 FROM accounts LIMIT 1
"""
UNGUARDED = "ALTER TABLE deliveries DISABLE TRIGGER never_leaves"
GUARDED = "ALTER TABLE deliveries ENABLE TRIGGER never_leaves"


async def test_inv9_a_private_message_is_never_delivered(house: House) -> None:
    received = await house.receive("SM1")
    said = await PrivateMessages(house.db).add(
        received.conversation_id, new_id(), house.alice.agent_id, "Be careful with them."
    )
    assert said.is_for_agents
    outbox = Outbox(house.db)
    with pytest.raises(NotFound):
        await outbox.claim(said.message_id)
    with pytest.raises(Exception, match="for agents only"):
        await house.db.execute(DELIVER, {"message_id": said.message_id})
    # Even if somebody forced a delivery into the table.
    await house.db.execute(UNGUARDED)
    try:
        await house.db.execute(DELIVER, {"message_id": said.message_id})
    finally:
        await house.db.execute(GUARDED)
    fate = await outbox.claim(said.message_id)
    assert isinstance(fate, Settled)
    assert fate.error_code == "private"
