"""Puts together what customers at chat widgets use."""

from application.chats.availability import OpeningTimes
from application.chats.chatting import Chatting
from application.chats.choosing import Choosing
from application.chats.connections import Connections
from application.chats.fan_out import FanOut
from application.chats.feed import CustomerFeed, Reading
from application.chats.insight import Insight
from application.chats.questionnaire import Questionnaire
from application.chats.reconnecting import Reconnecting
from application.chats.sessions import Sessions
from application.chats.shapes import Shapes
from application.chats.shop_sign_in import ShopSignIns
from application.chats.transcripts import Transcripts
from application.chats.uploads import Uploads
from application.customer_events import CustomerEvents
from application.dispatch import Doorbell
from application.media_links import MediaLinks
from application.public_widgets import PublicWidgets
from application.reconnect_links import ReconnectLinks
from application.reconnect_offers import ReconnectOffers
from application.services import Chat
from application.uploading import Uploading
from channels.live_chat import CAPABILITIES
from channels.shop_keys import KeySets
from channels.shop_tokens import ShopTokens
from runtime.surroundings import Surroundings
from storage.beginnings import Placer
from storage.chat_feed import ChatFeed
from storage.chat_leases import ChatLeases
from storage.chat_messages import ChatMessages
from storage.chat_sessions import ChatSessions
from storage.chats import Chats
from storage.conversations import Conversations as ConversationList
from storage.hints import EventHint
from storage.operating_hours import OperatingHoursRows
from storage.organization import Organizations
from storage.widgets import Widgets


def build(
    around: Surroundings,
    links: MediaLinks,
    uploading: Uploading,
    doorbell: Doorbell,
    placer: Placer,
) -> Chat:
    """Live chat over these surroundings; nothing runs yet."""
    database, shapes = around.database, Shapes(links)
    widgets, listed = Widgets(database), ConversationList(database)
    sign_in = ShopSignIns(widgets, ShopTokens(KeySets(around.shop_keys)))
    sessions = Sessions(ChatSessions(database), sign_in)
    chats, messages, feed = Chats(database, placer), ChatMessages(database), ChatFeed(database)
    opening_times = OpeningTimes(widgets, OperatingHoursRows(database))
    chatting = Chatting(
        sessions=sessions,
        opening_times=opening_times,
        questionnaire=Questionnaire(widgets),
        chats=chats,
        messages=messages,
        feed=feed,
        listed=listed,
        shapes=shapes,
        customer_events=CustomerEvents(database=database, doorbell=doorbell),
        doorbell=doorbell,
        hint=EventHint(database),
    )
    reconnect_links = ReconnectLinks(around.secret_keys)
    reading = Reading(feed=feed, chats=chats, messages=messages, chatting=chatting, shapes=shapes)
    return Chat(
        sessions=sessions,
        chatting=chatting,
        uploads=Uploads(
            chatting=chatting,
            sessions=sessions,
            messages=messages,
            uploading=uploading,
            capabilities=CAPABILITIES,
        ),
        choosing=Choosing(chatting, messages),
        transcripts=Transcripts(chatting),
        connections=Connections(ChatLeases(database), doorbell),
        feed=CustomerFeed(reading, FanOut(feed)),
        insight=Insight(listed, chats),
        limits=around.chat_limits,
        widgets=PublicWidgets(widgets, Organizations(database), opening_times, around.media_max_bytes),
        offers=ReconnectOffers(listed=listed, widgets=widgets, links=reconnect_links),
        reconnecting=Reconnecting(
            links=reconnect_links,
            listed=listed,
            widgets=widgets,
            chats=chats,
            sessions=sessions,
            sign_in=sign_in,
            chatting=chatting,
        ),
    )
