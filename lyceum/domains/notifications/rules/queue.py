"""Handing deliveries to the worker, in the transaction that made them."""

from datetime import datetime

from procrastinate.contrib.django import app

from lyceum.core import clock

SEND = "notifications.send"
CONFIRM = "notifications.confirm_topic"


def send_at(school_id: int, at: datetime) -> None:
    """Have what is due by then sent then; at once where it is due already."""
    app.configure_task(SEND, schedule_at=at if at > clock.now() else None).defer(school_id=school_id)


def confirm_topic(address: str) -> None:
    """Have an address opened by which a carrier learns that we want to hear from it."""
    app.configure_task(CONFIRM).defer(address=address)
