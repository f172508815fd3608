"""Words of the table about offers: a conversation that is proposed to somebody, until they answer."""

from collections.abc import Sequence

from domain.conversations import OFFERED_IN, State
from domain.effects import MakeOffer, SetDeadline, SettleOffer
from domain.ids import AgentId
from domain.offers import OfferState
from domain.timers import Deadline
from statemachines.firing import Firing


class Offering(Firing):
    """Whether somebody is asked, and what becomes of it."""

    # -- when, unless ---------------------------------------------------------------------------

    def may_be_offered(self) -> bool:
        fits = self.offer is not None and self.state in OFFERED_IN.get(self.offer.purpose, ())
        return fits and self.memory.offer is None

    def is_offered(self) -> bool:
        return self.memory.offer is not None

    # -- do -------------------------------------------------------------------------------------

    def offer_it(self) -> None:
        if self.offer is None:
            raise ValueError(f"{self.event} needs an offer")
        countdown = SetDeadline(deadline=Deadline.OFFER_COUNTDOWN, at=self.offer.expires_at)
        self._ask(MakeOffer(terms=self.offer), countdown)

    def decline_offer(self) -> None:
        self._settle(OfferState.DECLINED)

    def expire_offer(self) -> None:
        self._settle(OfferState.TIMED_OUT)

    def withdraw_offer(self) -> None:
        self._settle(OfferState.WITHDRAWN)

    # -- words used above and elsewhere ---------------------------------------------------------

    def _settle(self, outcome: OfferState) -> None:
        """The open offer is over, if there is one and nothing in this step has settled it yet."""
        offer = self.memory.offer
        settled = [each.offer_id for each in self.effects if isinstance(each, SettleOffer)]
        if offer is not None and offer.offer_id not in settled:
            self._ask(SettleOffer(offer_id=offer.offer_id, outcome=outcome))
            self._disarm(Deadline.OFFER_COUNTDOWN)

    def _settle_for(self, agent_id: AgentId) -> None:
        """Whoever was asked, the conversation is in the hands of this agent now."""
        if self.offer is not None:
            self._ask(SettleOffer(offer_id=self.offer.offer_id, outcome=OfferState.ACCEPTED))
        asked = self.memory.offer
        is_theirs = asked is not None and asked.agent_id == agent_id
        self._settle(OfferState.ACCEPTED if is_theirs else OfferState.WITHDRAWN)

    def _enter(self, state: State, keep: Sequence[Deadline] = ()) -> None:
        """An offer ends with the state in which it was made."""
        asked = self.memory.offer
        if asked is not None and state in OFFERED_IN.get(asked.purpose, ()):
            super()._enter(state, (*keep, Deadline.OFFER_COUNTDOWN))
        else:
            self._settle(OfferState.WITHDRAWN)
            super()._enter(state, keep)
