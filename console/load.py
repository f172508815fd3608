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
    """Conversations first: that is what people count in. Who works by profiles need not see units."""
    most, used = agent.capacity_units, agent.used_units
    said = [_sessions(agent.sessions, texts)]
    if most is not None:
        said.append(texts.load_of.format(used=used, units=most))
    elif used:
        said.append(texts.load_without_limit.format(used=used))
    return Load(text=" · ".join(said), used=used, most=most)


def _sessions(count: int, texts: Texts) -> str:
    return texts.sessions_one if count == 1 else texts.sessions_many.format(count=count)
