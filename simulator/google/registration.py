"""Google's two channels, ready to be put into the simulator."""

from typing import Final

from simulator.google import auth, business_api, console, files, rcs_api
from simulator.google.business import BusinessStandIn
from simulator.google.errors import GoogleError, answer_error
from simulator.google.rcs import RcsStandIn
from simulator.provider import Registration

BUSINESS_MESSAGES: Final = Registration(
    make=BusinessStandIn,
    routers=(auth.router, files.router, console.router, business_api.router),
    errors={GoogleError: answer_error},
)
RCS: Final = Registration(make=RcsStandIn, routers=(rcs_api.router,))
