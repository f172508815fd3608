"""Where agents work: the desk, and what is offered there."""

from application.consulting import Consulting
from application.desk import Desk
from application.dispatch import Dispatcher
from application.handing_over import Colleagues
from application.offer_desk import OfferDesk
from application.representatives import Representatives
from application.signal_post import SignalPost
from application.taking_part import TakingPart
from application.transfers import Transfers
from runtime.surroundings import Surroundings
from storage.attendances import Attendances
from storage.consults import Consults
from storage.conversations import Conversations as ConversationList
from storage.destinations import Destinations
from storage.messages import Messages
from storage.notes import Notes
from storage.offer_list import OfferList
from storage.offers import Offers
from storage.queues import Queues
from storage.signal_points import SignalPoints
from storage.workstreams import Workstreams


def desk(around: Surroundings, post: SignalPost) -> Desk:
    """Lists, reads, takes and lets go of conversations."""
    database = around.database
    return Desk(
        listed=ConversationList(database),
        messages=Messages(database),
        notes=Notes(database),
        conversations=around.conversations,
        representatives=Representatives(SignalPoints(database), post, around.channels),
    )


def offers(around: Surroundings, at: Desk, dispatcher: Dispatcher, consulting: Consulting) -> OfferDesk:
    """What is offered there, and the answers."""
    database = around.database
    return OfferDesk(
        offers=OfferList(database),
        desk=at,
        listed=ConversationList(database),
        post=dispatcher,
        conversations=around.conversations,
        consulting=consulting,
    )


def transfers(around: Surroundings, at: Desk, dispatcher: Dispatcher) -> Transfers:
    """Handing over what is on it."""
    database = around.database
    return Transfers(
        desk=at,
        destinations=Destinations(database),
        colleagues=colleagues(around),
        offers=Offers(database),
        made=OfferList(database),
        notes=Notes(database),
        doorbell=dispatcher,
    )


def colleagues(around: Surroundings) -> Colleagues:
    """Who can be asked."""
    return Colleagues(Attendances(around.database), Workstreams(around.database))


def consulting(around: Surroundings, at: Desk, dispatcher: Dispatcher) -> Consulting:
    """Help with what is on it."""
    return Consulting(
        desk=at,
        consults=Consults(around.database),
        colleagues=colleagues(around),
        queues=Queues(around.database),
        doorbell=dispatcher,
    )


def taking_part(around: Surroundings, at: Desk, dispatcher: Dispatcher) -> TakingPart:
    """Who else looks at it, and what they say to each other."""
    return TakingPart(database=around.database, desk=at, doorbell=dispatcher)
