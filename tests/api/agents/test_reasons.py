"""/agent/v1/conversations/{id}/routing: why a conversation is with whom it is, or with nobody."""

import httpx2

from domain.views import ConversationView
from tests.shop import Shop


async def test_who_may_see_a_conversation_sees_who_could_take_it(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    where = f"/agent/v1/conversations/{conversation.conversation_id}/routing/now"
    refused = await ann.get(where)
    await shop.database.execute("UPDATE workstreams SET distribution = 'push'")

    answer = await ann.get(where)

    assert refused.status_code == 409
    assert answer.status_code == 200, answer.text
    considered = {each["agent_id"]: each for each in answer.json()["considered"]}
    assert considered[str(shop.ann.agent_id)]["obstacle"] == "presence"
    assert considered[str(shop.ann.agent_id)]["why"] == "Is offline."
    assert str(shop.eve.agent_id) not in considered


async def test_offers_stand_beside_the_rules_among_the_reasons(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.database.execute("UPDATE workstreams SET distribution = 'push'")
    await shop.database.execute(
        "INSERT INTO agent_presences (agent_id, came_at) SELECT agent_id, now() FROM agents"
    )
    assert await shop.parts.distributor.distribute() == 1
    where = f"/agent/v1/conversations/{conversation.conversation_id}/routing"

    told = (await ann.get(where)).json()["items"]

    assert [each["about"] for each in told] == ["queue", "agent"]
    assert told[1]["offer_state"] == "open"
    assert {each["place"] for each in told[1]["considered"]} == {1, 2}
    first = (await ann.get(where, params={"limit": 1})).json()
    rest = await ann.get(where, params={"limit": 1, "cursor": first["next_cursor"]})
    assert [each["about"] for each in (*first["items"], *rest.json()["items"])] == ["queue", "agent"]
