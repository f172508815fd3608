"""How much somebody has to do, in words and as a measure."""

from console.texts import Texts
from domain.attendance import AgentAtWork
from domain.values import Value


class Load(Value):
    """What is taken of an agent's capacity. `most`: None where there is no limit in units."""

    text: str
    used: int
    most: int | None


def load_of(agent: AgentAtWork, texts: Texts) -> Load:
    """Conversations first: that is what people count in."""
    most, used = agent.capacity_units, agent.used_units
    template = texts.load_without_limit if most is None else texts.load_of
    units = template.format(used=used, units=most)
    return Load(text=f"{_sessions(agent.sessions, texts)} · {units}", used=used, most=most)


def _sessions(count: int, texts: Texts) -> str:
    return texts.sessions_one if count == 1 else texts.sessions_many.format(count=count)
