"""Puts together how messages travel: intake, dispatch, replies, delivery, files, live events."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from application.attachments import Attachments
from application.bulk import Bulk
from application.composing import Composer
from application.confirmer import Confirmer
from application.correspondence import Correspondence
from application.counting import CountedOutbox, CountedReadModel
from application.customer_events import CustomerEvents
from application.dispatch import WORKERS, Dispatcher
from application.distribution import Distributor
from application.erasure import Erasing
from application.fallbacks import FallbackPolicy
from application.gauges import Gauges
from application.housekeeping import Housekeeping
from application.intake import Intake
from application.lease_audit import LeaseAudit
from application.live_events import LiveFeed, News
from application.media import MediaCopying
from application.media_links import MediaLinks
from application.offering import Offering
from application.open_accounts import OpenAccounts
from application.placing import RulePlacing
from application.profiles import ProfileFetching
from application.queue_desk import QueueDesk
from application.reasons import Reasons
from application.reconcile import Reconciliation
from application.replies import Replies
from application.required_skills import SkillUpdates
from application.retention import Retaining
from application.safekeeping import Safekeeping
from application.sending import Sending
from application.services import Chat, Engine
from application.settling import Settling
from application.signal_post import SignalPost
from application.signals import Signals
from application.typing_news import TypingNews
from application.uploading import Uploading
from runtime import (
    background_services,
    chat_services,
    desk_services,
    people_services,
    presence_services,
)
from runtime.surroundings import Surroundings
from storage.accounts import Accounts
from storage.attendances import Attendances
from storage.callbacks import DeliveryReports
from storage.conversations import Conversations as ConversationList
from storage.diversions import Diversions
from storage.endpoints import Endpoints
from storage.entrances import Entrances
from storage.events import LiveEvents
from storage.figures import Figures
from storage.leases import Leases
from storage.media import MediaFiles
from storage.messages import Messages
from storage.organization import Organizations
from storage.outbox import Outbox
from storage.profiles import Profiles
from storage.provider_names import ProviderNames
from storage.quarantine import Quarantine
from storage.queue_list import QueueList
from storage.reply_tokens import ReplyTokens
from storage.routing_rules import Rulebooks
from storage.send_slots import SendSlots
from storage.signal_points import SignalPoints
from storage.templates import Templates
from storage.typing_signals import TypingSignals
from storage.watermarks import Watermarks
from storage.work import Work

__all__ = ["Parts", "Surroundings", "build"]

# What a WhatsApp sender may do unless Twilio granted more
# (https://www.twilio.com/docs/whatsapp/best-practices-and-faqs).
SENDS_PER_SECOND: Final = 80.0
# A delivery that would wait longer gives its place in the worker back and tries again later.
LONGEST_WAIT: Final = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The engine's parts: `engine` is for the API, the ports are for the worker's activities."""

    engine: Engine
    dispatcher: Dispatcher
    distributor: Distributor
    profiles: ProfileFetching
    settling: Settling
    signal_post: SignalPost
    confirmer: Confirmer
    gauges: Gauges
    provider: Sending
    outbox: CountedOutbox
    slots: SendSlots
    health: Accounts
    fallbacks: FallbackPolicy
    read_model: CountedReadModel
    capacity: Leases
    lease_audit: LeaseAudit
    media_copier: MediaCopying
    reconciler: Reconciliation
    housekeeper: Housekeeping
    retention: Retaining
    eraser: Erasing

    @contextlib.asynccontextmanager
    async def running(self, dispatch_workers: int = WORKERS) -> AsyncIterator[None]:
        """Do what goes on in the background of a process that takes webhooks and replies."""
        async with (
            self.gauges.running(),
            self.confirmer.running(),
            self.engine.live_feed.running(),
            self.engine.chat.running(),
            self.engine.windows.running(),
            self.engine.consulting.running(),
            self.profiles.running(),
            self.settling.running(),
            self.signal_post.running(),
            self.dispatcher.running(dispatch_workers),
            self.distributor.running(),
        ):
            yield


def build(around: Surroundings) -> Parts:
    """The engine over these surroundings; nothing runs yet."""
    database = around.database
    open_accounts = OpenAccounts(around.accounts, around.channels)
    links = MediaLinks(around.public_url, around.secret_keys)
    dispatcher = background_services.dispatcher(around)
    customer_events = CustomerEvents(database=database, doorbell=dispatcher)
    safekeeping = Safekeeping(around.blobs, around.scanner)
    uploading = Uploading(
        media=MediaFiles(database),
        safekeeping=safekeeping,
        organizations=Organizations(database),
        max_bytes=around.media_max_bytes,
    )
    profiles = ProfileFetching(Profiles(database))
    signal_post = SignalPost(open_accounts)
    placer = RulePlacing(Rulebooks(database), Entrances(database))
    intake = Intake(
        open_accounts=open_accounts,
        accounts=around.accounts,
        store=around.tracing.intake(database, placer),
        reports=DeliveryReports(database),
        quarantine=Quarantine(database),
        doorbell=dispatcher,
        customer_events=customer_events,
        reply_tokens=ReplyTokens(database),
        profiles=profiles,
    )
    return Parts(
        engine=_engine(
            around,
            intake=intake,
            links=links,
            uploading=uploading,
            post=signal_post,
            dispatcher=dispatcher,
            chat=chat_services.build(around, links, uploading, dispatcher, placer),
        ),
        dispatcher=dispatcher,
        distributor=Distributor(database, Work(database), Offering(database, dispatcher)),
        profiles=profiles,
        settling=Settling(database=database, blobs=around.blobs),
        signal_post=signal_post,
        confirmer=background_services.confirmer(around),
        gauges=Gauges(Figures(database), Attendances(database)),
        provider=Sending(open_accounts, ProviderNames(database), links, around.public_url),
        outbox=CountedOutbox(Outbox(database)),
        slots=SendSlots(database, per_second=SENDS_PER_SECOND, longest_wait=LONGEST_WAIT),
        health=around.accounts,
        fallbacks=FallbackPolicy(Diversions(database), Organizations(database), around.channels),
        read_model=CountedReadModel(ConversationList(database)),
        capacity=Leases(database),
        lease_audit=LeaseAudit(database),
        media_copier=MediaCopying(
            media=MediaFiles(database),
            safekeeping=safekeeping,
            organizations=Organizations(database),
            open_accounts=open_accounts,
            max_bytes=around.media_max_bytes,
        ),
        housekeeper=background_services.housekeeper(around),
        retention=Retaining(database, around.blobs),
        eraser=people_services.eraser(around),
        reconciler=Reconciliation(
            accounts=around.accounts,
            endpoints=Endpoints(database),
            watermarks=Watermarks(database),
            open_accounts=open_accounts,
            intake=intake,
        ),
    )


def _engine(
    around: Surroundings,
    *,
    intake: Intake,
    links: MediaLinks,
    uploading: Uploading,
    post: SignalPost,
    dispatcher: Dispatcher,
    chat: Chat,
) -> Engine:
    database = around.database
    listed, messages = ConversationList(database), Messages(database)
    points = SignalPoints(database)
    desk = desk_services.desk(around, post)
    transfers = desk_services.transfers(around, desk, dispatcher)
    consulting = desk_services.consulting(around, desk, dispatcher)
    return Engine(
        public_url=around.public_url,
        channels=around.channels,
        intake=intake,
        desk=desk,
        offers=desk_services.offers(around, desk, dispatcher, consulting),
        consulting=consulting,
        taking_part=desk_services.taking_part(around, desk, dispatcher),
        reasons=Reasons(listed, database),
        transfers=transfers,
        bulk=Bulk(desk, transfers),
        skill_updates=SkillUpdates(database, listed),
        signals=Signals(
            listed=listed,
            messages=messages,
            points=points,
            post=post,
            channels=around.channels,
        ),
        correspondence=Correspondence(
            listed=listed,
            messages=messages,
            endpoints=Endpoints(database),
            templates=Templates(database),
            composer=Composer(MediaFiles(database), Organizations(database), links.link),
            replies=Replies(database, messages, around.conversations),
            conversations=around.conversations,
            channels=around.channels,
            offers=chat.offers,
        ),
        attachments=Attachments(
            listed=listed,
            endpoints=Endpoints(database),
            media=MediaFiles(database),
            blobs=around.blobs,
            uploading=uploading,
            links=links,
            channels=around.channels,
        ),
        live_feed=LiveFeed(
            LiveEvents(database),
            News(TypingNews(TypingSignals(database)), presence_services.news(database)),
        ),
        presences=presence_services.desk(database),
        queues=QueueDesk(QueueList(database)),
        windows=presence_services.windows(database, dispatcher),
        personal_data=people_services.personal_data(around),
        chat=chat,
    )
