"""The console's texts about the distribution of work: offers, one's own load, and reasons."""

from collections.abc import Mapping
from typing import Literal

from domain.offers import OfferPurpose, OfferState
from domain.values import Value


class WorkTexts(Value):
    """English. Words in braces are filled in. A part of `Texts`."""

    # -- offers
    offered: str = "Offered to you"
    offers_in_title: str = "{count} offered · "
    offer_heard: str = "Offered to you: {name}, {facts}"
    given: str = "Now yours: {name}, {facts}"
    known_customer: str = "Known customer"
    new_customer: str = "New customer"
    time_to_answer: str = "Time to answer"
    accept: str = "Accept"
    accept_hint: str = "Accept and open it (Alt+Shift+A: the first offer)"
    decline: str = "Decline"
    decline_hint: str = "Leave it to somebody else (Alt+Shift+D: the first offer)"
    decline_reason: str = "Reason, if you like"
    decline_now: str = "Decline it"
    keep_offer: str = "Back"
    notify_question: str = "Show offers as desktop notifications while this page is hidden?"
    notify_yes: str = "Yes"
    notify_no: str = "No"
    purposes: Mapping[OfferPurpose, str] = {
        OfferPurpose.ASSIGNMENT: "",
        OfferPurpose.TRANSFER: "Transferred by {name}",
        OfferPurpose.CONSULT: "{name} asks for your help",
    }

    # -- one's own load
    load_of: str = "{used} of {units} units"
    load_without_limit: str = "{used} units, no limit"
    sessions_one: str = "1 conversation"
    sessions_many: str = "{count} conversations"
    load: str = "What you have to do"

    # -- why a conversation is where it is
    why_here: str = "Why is it here?"
    why_here_hint: str = "What was decided, the latest first."
    no_reasons: str = "Nothing was decided about it yet."
    decided_by: Mapping[Literal["rule", "fallback", "agent"], str] = {
        "rule": "Queue {queue}, by a rule",
        "fallback": "Queue {queue}, because no rule matched",
        "agent": "By an agent, in queue {queue}",
    }
    nobody_asked: str = "Nobody could be asked in {queue}"
    offered_to: str = "Offered to {name}: {outcome}"
    offered_to_you: str = "Offered to you: {outcome}"
    outcomes: Mapping[OfferState, str] = {
        OfferState.OPEN: "not answered yet",
        OfferState.ACCEPTED: "accepted",
        OfferState.DECLINED: "declined",
        OfferState.TIMED_OUT: "missed",
        OfferState.UNDELIVERED: "never shown to them",
        OfferState.WITHDRAWN: "withdrawn",
    }
    considered: str = "{count} considered"
    asked_in_place: str = "{place}. {name}: {why}"
    not_asked: str = "{name}: {why}"
    more_considered: str = "and {count} more"
    verdict: str = "{rule} {result}. {why}"
    verdicts: Mapping[Literal["matched", "not_matched", "failed"], str] = {
        "matched": "matched",
        "not_matched": "did not match",
        "failed": "failed",
    }

    # -- skills
    skills_needed: str = "Skills it needs"
    no_skills_needed: str = "None: anybody of the queue can take it."
    skill_at: str = "{name}: {level}"
    change_skills: str = "Change skills"
    skill: str = "Skill"
    level: str = "Level"
    add_skill: str = "Add skill"
    remove_skill: str = "Remove {name}"
    save_skills: str = "Save skills"
    no_skills_known: str = "No skills are set up. Ask an admin."
