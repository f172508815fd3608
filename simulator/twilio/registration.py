"""Twilio, ready to be put into the simulator."""

from typing import Final

from simulator.provider import Registration
from simulator.twilio import content, indicators, media, messages
from simulator.twilio.errors import TwilioError, answer_error
from simulator.twilio.stand_in import TwilioStandIn

REGISTRATION: Final = Registration(
    make=TwilioStandIn,
    routers=(messages.router, media.router, media.cdn, content.router, indicators.router),
    errors={TwilioError: answer_error},
)
