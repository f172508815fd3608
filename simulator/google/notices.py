"""What Google itself tells a customer, between the messages of a chat."""

from simulator.google.errors import GoogleError
from simulator.records import Customer, Endpoint, Message
from simulator.simulation import Simulation


def note(sim: Simulation, endpoint: Endpoint, customer: Customer, notice_id: str, text: str) -> None:
    """Show it once: a repeated id is an error of Google's, too."""
    if sim.world.find_message(notice_id) is not None:
        raise GoogleError("ALREADY_EXISTS", "Requested entity already exists.")
    now = sim.clock.now()
    notice = Message(
        message_id=notice_id,
        provider=endpoint.provider,
        account_id=endpoint.account_id,
        direction="notice",
        business=endpoint.address,
        customer=customer.address,
        text=text,
        status="delivered",
        created_at=now,
        updated_at=now,
    )
    sim.world.save_message(notice)
    sim.feed.tell("message", notice)
