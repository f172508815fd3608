"""Puts together what goes on beside requests: mail is handed over, replies are followed up."""

from application.configuration.audit import AuditTrail
from application.confirmer import Confirmer
from application.dispatch import Dispatcher
from application.drained import DrainedRemoval
from application.housekeeping import Housekeeping
from runtime.surroundings import Surroundings
from storage.agents import Agents
from storage.audit import AuditLog
from storage.conversations import Conversations as ConversationList
from storage.endpoints import Endpoints
from storage.mailbox import Mailbox
from storage.messages import Messages
from storage.outbox import Outbox
from storage.templates import Templates

__all__ = ["confirmer", "dispatcher", "housekeeper"]


def dispatcher(around: Surroundings) -> Dispatcher:
    """Hands mail over to workflows."""
    windows = {name: each.capabilities.service_window for name, each in around.channels.items()}
    return Dispatcher(
        Mailbox(around.database),
        around.tracing.conversations(around.conversations),
        windows,
        queue_limit=around.dispatch_queue_limit,
        sweep_every=around.dispatch_sweep_every,
    )


def confirmer(around: Surroundings) -> Confirmer:
    """Asks again for replies of which nobody knows whether a workflow has them."""
    return Confirmer(
        database=around.database,
        messages=Messages(around.database),
        outbox=Outbox(around.database),
        agents=Agents(around.database),
        listed=ConversationList(around.database),
        conversations=around.conversations,
    )


def housekeeper(around: Surroundings) -> Housekeeping:
    """Tidies, and removes what was drained."""
    database = around.database
    drained = DrainedRemoval(
        accounts=around.accounts,
        endpoints=Endpoints(database),
        templates=Templates(database),
        trail=AuditTrail(AuditLog(database)),
        database=database,
    )
    return Housekeeping(database, drained)
