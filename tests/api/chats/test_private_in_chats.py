"""What agents say to each other in a live chat is not in any answer to its customer."""

from uuid import UUID

from domain.ids import new_id
from storage.private_messages import PrivateMessages
from tests.api.chat_customers import Customer
from tests.chat_shop import ChatShop

SECRET = "They always ask for a discount."


async def test_inv9_a_customer_who_chats_sees_nothing_of_it(mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    await mia.say("Hello")
    chat = UUID(mia.chat)
    cursor = (await mia.poll(None))["cursor"]
    ann = desk.shop.ann.agent_id
    said = await PrivateMessages(desk.database).add(chat, new_id(), ann, SECRET)
    assert said.is_for_agents
    await desk.ann_says(chat)
    followed = await mia.poll(cursor)
    seen = await mia.messages()
    transcript = await mia.http.get(f"/chat/v1/conversations/{mia.chat}/transcript")
    assert len(seen["messages"]) == 2
    for answer in (str(followed), str(seen), transcript.text):
        assert SECRET not in answer
        assert str(said.message_id) not in answer
