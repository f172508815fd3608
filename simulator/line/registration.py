"""LINE, ready to be put into the simulator."""

from typing import Final

from simulator.line import contents, directory, sending, tokens
from simulator.line.errors import LineError, answer_error
from simulator.line.stand_in import LineStandIn
from simulator.provider import Registration

REGISTRATION: Final = Registration(
    make=LineStandIn,
    routers=(sending.router, directory.router, contents.router, contents.shop, tokens.router),
    errors={LineError: answer_error},
)
