"""Every text of the console. Another language is another `Texts`."""

from collections.abc import Mapping
from typing import Final

from console.team_texts import TeamTexts
from console.work_texts import WorkTexts
from domain.channels import ChannelName
from domain.chats import EndedReason
from domain.conversations import State
from domain.effects import Trigger
from domain.messages import DeliveryStatus, MediaState
from domain.presences import BasePresence


class Texts(WorkTexts, TeamTexts):
    """English. Words in braces are filled in."""

    # -- the page
    product: str = "Holdfast"
    console: str = "Agent console"
    sign_out: str = "Sign out"
    signed_in_as: str = "Signed in as {name}"
    presence: str = "Your presence"
    presence_reset: str = "I am back"
    skip_to_message: str = "Skip to the message field"
    offline: str = "No connection. What you see may be out of date; trying again …"
    not_found: str = "This page does not exist."
    to_console: str = "Go to the console"
    failed: str = "Something went wrong on our side. It has been logged. Look again, then repeat."

    # -- signing in
    sign_in: str = "Sign in"
    email: str = "E-mail"
    password: str = "Password"  # noqa: S105 - a label
    expired: str = "Your session has ended. Please sign in again."
    only_agents: str = "Only agents and supervisors work here. Ask an admin for one of these roles."

    # -- the list
    conversations: str = "Conversations"
    group_mine: str = "Mine"
    group_open: str = "Waiting for an agent"
    group_others: str = "Others"
    none_mine: str = "You have no conversation. Take one from below."
    none_open: str = "Nobody is waiting."
    not_all_shown: str = "{count} more are not shown."
    unread: str = "unread"
    waiting_for: str = "waiting {time}"
    from_you: str = "You: {text}"
    from_agent: str = "Agent: {text}"

    # -- times
    less_than_a_minute: str = "under a minute"
    minutes: str = "{minutes} min"
    hours: str = "{hours} h"
    hours_minutes: str = "{hours} h {minutes} min"
    days: str = "{days} d"
    days_hours: str = "{days} d {hours} h"
    today: str = "Today"
    yesterday: str = "Yesterday"
    date: str = "{day} {month} {year}"
    months: tuple[str, ...] = (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    )
    window_closes: str = "window closes in {time}"
    window_closed: str = "window closed"

    # -- the conversation
    choose: str = "Choose a conversation"
    choose_hint: str = "Take one that is waiting, or go on with one of yours."
    gone: str = "You cannot see this conversation any more."
    back: str = "Back to the list"
    transcript_of: str = "Messages with {name}"
    earlier: str = "Show earlier messages"
    typing: str = "{name} is typing …"
    you: str = "You"
    agent: str = "Agent"
    bot: str = "Bot"
    system: str = "Automatic message"
    for_agents: str = "Only you and your team see this"
    details: str = "Customer and notes"
    comes_back_within: str = "Time to come back"

    # -- content
    photo: str = "Photo"
    cards: str = "Cards"
    video: str = "Video"
    audio: str = "Voice message"
    contact_card: str = "Contact card"
    file: str = "File"
    location: str = "Location"
    open_map: str = "Open map"
    chose_button: str = "tapped a button"
    chose_row: str = "chose from a list"
    template_named: str = "Template {name} ({language})"
    unsupported: str = "A message of a kind we cannot show ({kind})."
    erased: str = "What was said here is not kept any more."
    forwarded: str = "Forwarded"
    edited: str = "Edited"
    taken_back: str = "Taken back by the customer"
    download: str = "Open {name}"

    # -- parked replies
    parked: str = "Parked. Leaves as soon as the customer writes."
    withdraw: str = "Withdraw"
    in_doubt_twice: str = "may have arrived twice"
    failed_because: str = "not delivered: {reason}"
    skipped_because: str = "not sent: {reason}"
    sent_over: str = "{status} over {channel}"
    failed_over: str = "{status} (tried over {channel})"
    error_code: str = "error {code}"

    # -- writing
    message: str = "Message"
    write: str = "Write a message"
    write_parked: str = "Write a reply to park behind a template"
    send: str = "Send"
    enter_sends: str = "Enter sends, Shift+Enter starts a new line."
    too_long: str = "This text is too long. Shorten it, or send it as a file."
    insert_link: str = "Insert a link with which the customer comes back to this chat"
    attach: str = "Attach files"
    attached: str = "Attached files"
    remove: str = "Remove {name}"
    suggestions: str = "Suggestions"
    suggestions_carried: str = (
        "Up to {most} buttons, labels of {limit} characters. What does not fit is written below."
    )
    suggestion_label: str = "Label"
    suggestion_answer: str = "Payload, https://… or +number"
    suggestion_unclear: str = (
        "The suggestion “{label}” needs a label, and a payload, an address or a number."
    )
    suggestions_need_text: str = "Suggestions stand beneath a text. Write one."
    add_suggestion: str = "Add suggestion"
    remove_suggestion: str = "Remove this suggestion"
    upload_failed: str = "The file could not be uploaded. Try again."
    template: str = "Template"
    choose_template: str = "Choose a template"
    window_over: str = "The service window is over: only an approved template may leave."
    take_to_answer: str = "Take the conversation to answer."
    left_waiting: str = "It waits for the customer. Take it up again to write."
    somebody_has_it: str = "{name} has this conversation."
    writing_for: str = "{name} has this conversation; you write as a supervisor."
    customer_away: str = "The customer is not connected. Your message waits for them."
    wrapping_up: str = "Ended. Finish your notes, then close the session."
    is_closed: str = "Closed. A new message of the customer starts a new conversation."
    opted_out: str = "This customer asked not to be written to."

    # -- templates
    no_templates: str = "No approved template can be sent here. Ask an admin to sync the templates."
    language: str = "Language"
    variable: str = "Variable {name}"
    preview: str = "The customer will read"
    your_reply: str = "Your reply, parked until the customer writes"
    nothing_to_park: str = "To park a reply behind it, write the reply first, then come back here."
    send_template: str = "Send template"
    send_and_park: str = "Send template and park reply"
    cancel: str = "Cancel"

    # -- actions
    take: str = "Take"
    resume: str = "Take up again"
    end: str = "End"
    end_hint: str = "The matter is settled: end, and wrap up"
    leave: str = "Leave"
    leave_hint: str = "Leave it waiting for the customer"
    close: str = "Close"
    close_hint: str = "Close the session: the conversation is done"
    release: str = "Release"
    release_hint: str = "Give it back to the queue"
    force_close: str = "Force close"
    force_close_hint: str = "Close it now, whatever state it is in"
    force_close_title: str = "Close this conversation by force?"
    force_close_warning: str = "It ends at once. Parked replies will not be sent."

    # -- customer and notes
    customer: str = "Customer"
    name: str = "Name"
    channel: str = "Channel"
    endpoint: str = "Number or page"
    queue: str = "Queue"
    assigned_to: str = "Agent"
    nobody: str = "Nobody yet"
    opened: str = "Opened"
    ended: str = "Ended"
    vouched_for: str = "Signed in at the shop"
    yes: str = "Yes"
    no: str = "No"
    asked_before: str = "Before the chat: {name}"
    asked_after: str = "After the chat: {name}"
    context: str = "Context: {name}"
    pages: str = "Pages visited"
    pages_before: str = "and {count} before"
    phone: str = "Phone"
    address: str = "Address"
    window: str = "Service window"
    window_ends: str = "ends in {time} ({at})"
    window_none: str = "no limit on this channel"
    monitoring_notice: str = "Told of recording"
    told: str = "{at}, text {version}"
    not_told: str = "not told: the notice was not delivered"
    being_told: str = "the notice is on its way"
    consent: str = "Consent"
    consent_asked: str = "asked {at}, no answer yet"
    consent_given: str = "given {at}, text {version}"
    consent_refused: str = "refused {at}, text {version}"
    notes: str = "Notes"
    notes_hint: str = "Only your team sees notes."
    no_notes: str = "No notes yet."
    new_note: str = "New note"
    add_note: str = "Add note"
    hide_details: str = "Close the details"

    channels: Mapping[ChannelName, str] = {
        ChannelName.WHATSAPP: "WhatsApp",
        ChannelName.LINE: "LINE",
        ChannelName.GOOGLE_BUSINESS_MESSAGES: "Business Messages",
        ChannelName.RCS: "RCS",
        ChannelName.LIVE_CHAT: "Live chat",
    }
    states: Mapping[State, str] = {
        State.OPEN: "Waiting for an agent",
        State.ACTIVE: "Active",
        State.WAITING: "Waiting for the customer",
        State.DISCONNECTED: "Customer disconnected",
        State.RECONNECT_WINDOW: "Customer may come back",
        State.TEMPLATE_ONLY: "Templates only",
        State.WRAP_UP: "Wrap-up",
        State.CLOSED: "Closed",
    }
    presences: Mapping[BasePresence, str] = {
        BasePresence.AVAILABLE: "Available",
        BasePresence.BUSY: "Busy",
        BasePresence.DO_NOT_DISTURB: "Do not disturb",
        BasePresence.AWAY: "Away",
        BasePresence.OFFLINE: "Offline",
        BasePresence.INACTIVE: "Inactive",
    }
    deliveries: Mapping[DeliveryStatus, str] = {
        DeliveryStatus.PARKED: "parked",
        DeliveryStatus.QUEUED: "queued",
        DeliveryStatus.UNKNOWN: "checking with the provider",
        DeliveryStatus.ACCEPTED: "accepted",
        DeliveryStatus.SENT: "sent",
        DeliveryStatus.DELIVERED: "delivered",
        DeliveryStatus.READ: "read",
        DeliveryStatus.FAILED: "not delivered",
        DeliveryStatus.WITHDRAWN: "withdrawn, never sent",
        DeliveryStatus.EXPIRED: "the customer did not write in time, never sent",
    }
    media: Mapping[MediaState, str] = {
        MediaState.PENDING: "is being fetched …",
        MediaState.STORED: "",
        MediaState.REFUSED: "was refused",
        MediaState.FAILED: "could not be fetched",
        MediaState.ERASED: "is not kept any more",
    }
    endings: Mapping[EndedReason, str] = {
        "agent_ended": "Ended by an agent",
        "customer_ended": "Ended by the customer",
        "connection_lost": "The customer lost the connection",
        "reconnect_expired": "The customer did not come back in time",
        "no_agent": "No agent took it in time",
        "force_closed": "Closed by a supervisor",
    }
    announcements: Mapping[Trigger, str] = {
        Trigger.CONVERSATION_OPENED: "The conversation began",
        Trigger.AGENT_ASSIGNED: "An agent took the conversation",
        Trigger.AGENT_LEFT: "The agent left the conversation",
        Trigger.AGENT_DISCONNECTED: "The agent lost the connection",
        Trigger.CUSTOMER_DISCONNECTED: "The customer lost the connection",
        Trigger.CUSTOMER_RETURNED: "The customer is back",
        Trigger.WINDOW_CLOSING: "The service window closes soon",
        Trigger.WINDOW_CLOSED: "The service window closed: templates only",
        Trigger.WINDOW_OPENED: "The service window is open again",
        Trigger.PARKED_REPLY_EXPIRED: "A parked reply expired; it was not sent",
        Trigger.CUSTOMER_OPTED_OUT: "The customer asked not to be written to",
        Trigger.CONVERSATION_ENDED: "The conversation was ended",
        Trigger.TRANSFERRED_TO_QUEUE: "It was transferred to another queue",
        Trigger.TRANSFER_ACCEPTED: "It was transferred to another agent",
        Trigger.CONSULT_ACCEPTED: "Somebody helps the agent",
        Trigger.CONSULT_ENDED: "The help has ended",
        Trigger.AGENT_JOINED: "A supervisor joined the conversation",
        Trigger.JOINED_AGENT_LEFT: "The supervisor left the conversation",
        Trigger.CONVERSATION_REQUEUED: "The conversation went back to its queue",
        Trigger.CONVERSATION_CLOSED: "The conversation was closed",
        Trigger.OUT_OF_HOURS: "The queue was closed",
        Trigger.HOLIDAY: "The queue was closed for a holiday",
        Trigger.OVERFLOW_ENDED: "The conversation ended: nobody could take it in time",
    }


ENGLISH: Final = Texts()
