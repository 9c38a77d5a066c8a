"""How a school keeps its calendar. The same for all at present."""

from datetime import timedelta

CLOSES_BEFORE = timedelta(hours=24)
"""When answering ends before an event begins, where the event itself does not say."""
HOLDS_FREED_SEAT = timedelta(hours=24)
"""How long somebody from the waiting list has to confirm a seat that became free."""
CONFIRM_FROM = timedelta(hours=1)
"""Moved by more than this, those who said yes are asked to confirm."""
LONGEST_EVENT = timedelta(days=31)
MOST_AGENDA_DAYS = 92
FEED_PAST, FEED_FUTURE = timedelta(days=90), timedelta(days=399)
"""How far the calendar at an address reaches."""
MOST_FEEDS = 10
"""Addresses of one person."""
