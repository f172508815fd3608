"""Puts together what knows whether agents are there: their windows, their presence, its news."""

from application.dispatch import Doorbell
from application.presence_news import PresenceNews
from application.presences import PresenceDesk
from application.windows import AgentWindows
from storage.agent_leases import AgentLeases
from storage.agent_presences import AgentPresences
from storage.attendances import Attendances
from storage.away_agents import AwayAgents
from storage.database import Database
from storage.organization import Organizations
from storage.presences import Presences

__all__ = ["desk", "news", "windows"]


def windows(database: Database, doorbell: Doorbell) -> AgentWindows:
    """Who holds leases, and who sweeps them."""
    return AgentWindows(
        leases=AgentLeases(database),
        away=AwayAgents(database),
        organizations=Organizations(database),
        doorbell=doorbell,
    )


def desk(database: Database) -> PresenceDesk:
    """Where presences are seen and chosen."""
    return PresenceDesk(
        attendances=Attendances(database),
        chosen=AgentPresences(database),
        presences=Presences(database),
    )


def news(database: Database) -> PresenceNews:
    """What the live feed tells of them."""
    return PresenceNews(Attendances(database))
