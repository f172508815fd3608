"""Where durable work touches the world, through Protocols. No SDK, no SQL, no rules.

Each class lists its own activities in `all`: whoever registers it, in the worker, in a test or in a
simulation, registers the same ones.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

Activities: TypeAlias = tuple[Callable[..., Any], ...]
