"""Puts together what customers at chat widgets use."""

from application.chats.chatting import Chatting
from application.chats.connections import Connections
from application.chats.fan_out import FanOut
from application.chats.feed import CustomerFeed, Reading
from application.chats.insight import Insight
from application.chats.sessions import Sessions
from application.chats.shapes import Shapes
from application.chats.transcripts import Transcripts
from application.chats.uploads import Uploads
from application.customer_events import CustomerEvents
from application.dispatch import Doorbell
from application.media_links import MediaLinks
from application.safekeeping import Safekeeping
from application.services import Chat
from channels.live_chat import CAPABILITIES
from runtime.surroundings import Surroundings
from storage.chat_feed import ChatFeed
from storage.chat_leases import ChatLeases
from storage.chat_messages import ChatMessages
from storage.chat_sessions import ChatSessions
from storage.chats import Chats
from storage.conversations import Conversations as ConversationList
from storage.hints import EventHint
from storage.media import MediaFiles
from storage.organization import Organizations


def build(
    around: Surroundings, links: MediaLinks, safekeeping: Safekeeping, doorbell: Doorbell
) -> Chat:
    """Live chat over these surroundings; nothing runs yet."""
    database, shapes = around.database, Shapes(links)
    sessions = Sessions(ChatSessions(database), around.customer_sign_in)
    chats, messages, feed = Chats(database), ChatMessages(database), ChatFeed(database)
    chatting = Chatting(
        sessions=sessions,
        chats=chats,
        messages=messages,
        feed=feed,
        listed=ConversationList(database),
        shapes=shapes,
        customer_events=CustomerEvents(database=database, doorbell=doorbell),
        doorbell=doorbell,
        hint=EventHint(database),
    )
    reading = Reading(feed=feed, chats=chats, messages=messages, chatting=chatting, shapes=shapes)
    return Chat(
        sessions=sessions,
        chatting=chatting,
        uploads=Uploads(
            chatting=chatting,
            sessions=sessions,
            messages=messages,
            media=MediaFiles(database),
            safekeeping=safekeeping,
            organizations=Organizations(database),
            capabilities=CAPABILITIES,
            max_bytes=around.media_max_bytes,
        ),
        transcripts=Transcripts(chatting),
        connections=Connections(ChatLeases(database), doorbell),
        feed=CustomerFeed(reading, FanOut(feed)),
        insight=Insight(ConversationList(database), chats),
        limits=around.chat_limits,
    )
