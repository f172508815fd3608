"""The service window: the one place that says whether something may leave now.

WhatsApp lets a business write freely for 24 hours after the customer's last message; afterwards
only an approved template (https://www.twilio.com/docs/whatsapp/key-concepts).
"""

from datetime import datetime, timedelta

from domain.errors import WindowClosed


def window_expiry(last_inbound_at: datetime, length: timedelta | None) -> datetime | None:
    """When the window that the customer's last message opened will close. None: never."""
    return None if length is None else last_inbound_at + length


def window_after(
    expires_at: datetime | None,
    last_inbound_at: datetime,
    wrote_at: datetime,
    length: timedelta | None,
) -> datetime | None:
    """When it will close once this message is known, too: one that is found late shortens nothing.

    Nor does it open what the provider has shut since a newer message.
    """
    opened = window_expiry(wrote_at, length)
    if opened is None or expires_at is None:
        return opened
    return expires_at if wrote_at < last_inbound_at else max(expires_at, opened)


def is_window_open(expires_at: datetime | None, now: datetime) -> bool:
    """The window is closed from the very instant it expires."""
    return expires_at is None or now < expires_at


def require_sendable(*, is_template: bool, expires_at: datetime | None, now: datetime) -> None:
    """Raise WindowClosed unless this kind of message may leave now.

    Asked by the workflow's validator, by the delivery activity and by every automatic sender.
    """
    if not is_template and not is_window_open(expires_at, now):
        raise WindowClosed(
            "The service window is over: send an approved template, or park this reply behind one.",
            window_expired_at=expires_at.isoformat() if expires_at else None,
        )
