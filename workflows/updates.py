"""Commands on their way into a running conversation: each is an update with a name of its own."""

from collections.abc import Sequence
from typing import Final, cast

from temporalio import workflow
from temporalio.common import RawValue

from activities.failures import as_failure
from domain import commands
from domain.commands import AnyCommand
from domain.errors import Refused

COMMANDS: Final[dict[str, type[commands.Command]]] = {
    "pick": commands.Pick,
    "accept": commands.Accept,
    "decline": commands.Decline,
    "send": commands.Send,
    "park": commands.Park,
    "withdraw": commands.Withdraw,
    "end": commands.End,
    "close_session": commands.CloseSession,
    "release": commands.Release,
    "transfer_to_queue": commands.TransferToQueue,
    "force_close": commands.ForceClose,
}
"""The names are in histories and in the Temporal UI: they stay as they are."""

_NAMES: Final = {kind: name for name, kind in COMMANDS.items()}


def name_of(command: AnyCommand) -> str:
    """The update that this command is."""
    return _NAMES[type(command)]


def read(name: str, args: Sequence[RawValue]) -> AnyCommand:
    """The command that an update brought. One of a later release than this worker is refused."""
    kind = COMMANDS.get(name)
    if kind is None or len(args) != 1:
        raise as_failure(Refused(f"This conversation cannot do that: {name}. Try again later."))
    return cast("AnyCommand", workflow.payload_converter().from_payload(args[0].payload, kind))
