"""The hub: facts as they happen, from the database to the sockets of this process.

A transaction that commits a live fact announces it by NOTIFY. One connection of this process listens,
directly and not through a pooler; with Redis, one process listens for all and passes it on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from django.db import connections

from lyceum.api.live_sources import AWAY, RedisSource, Source, chosen_source
from lyceum.core.room import RoomyThreads
from lyceum.core.schools import school_scope
from lyceum.domains.journal.facts import FACT_TYPES, FactPayload
from lyceum.domains.journal.models import Fact

logger = logging.getLogger("lyceum.live")

MAILBOX_SIZE = 200
"""Events that may wait for one reader; one who is slower is let go."""
READY_WITHIN = 5.0
"""Seconds that starting waits for the first connection."""
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Event:
    """A fact on one of its topics."""

    topic: str
    fact_id: str
    seq: int | None
    """The fact's number in its school, once it is stamped; null right after the act."""
    fact: FactPayload
    data: dict[str, Any]

    @property
    def type(self) -> str:
        """The fact's type."""
        return self.fact.type


class Reset:
    """Something may have been missed: fetch again."""


RESET = Reset()


@dataclass(eq=False)
class Mailbox:
    """What waits for one reader, on any number of topics of one school."""

    school_id: int
    topics: set[str] = field(default_factory=set)
    overflown: bool = False
    _waiting: asyncio.Queue[Event | Reset] = field(default_factory=lambda: asyncio.Queue(MAILBOX_SIZE))

    def put(self, letter: Event | Reset) -> None:
        """Leave something for the reader; one whose box is full gets nothing more."""
        if self.overflown:
            return
        try:
            self._waiting.put_nowait(letter)
        except asyncio.QueueFull:
            self.overflown = True

    async def get(self) -> Event | Reset:
        """The next letter. Raises OverflowError once a slow reader has missed one."""
        if self.overflown:
            raise OverflowError
        return await self._waiting.get()


class Hub:
    """Hears of facts and hands them to those who follow their topics, school by school."""

    def __init__(self) -> None:
        self._readers: dict[tuple[int, str], set[Mailbox]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._arrived: asyncio.Queue[str] = asyncio.Queue()
        self._source: Source | RedisSource | None = None
        self._threads: RoomyThreads | None = None

    async def start(self) -> None:
        """Begin to listen. Comes back once it hears, or after a few seconds: then it goes on trying."""
        self._arrived = asyncio.Queue()
        self._threads = RoomyThreads(1, thread_name_prefix="live")
        self._source = chosen_source(self._arrived.put_nowait)
        self._tasks = [asyncio.create_task(self._source.run()), asyncio.create_task(self._distribute())]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._source.hears.wait(), READY_WITHIN)

    async def stop(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._threads:
            self._threads.shutdown(wait=True)
        self._tasks, self._threads = [], None

    def subscribe(self, school_id: int, *topics: str) -> Mailbox:
        """A mailbox for topics of a school; more can be followed later."""
        mailbox = Mailbox(school_id)
        for topic in topics:
            self.follow(mailbox, topic)
        return mailbox

    def follow(self, mailbox: Mailbox, topic: str) -> None:
        """Let a mailbox have what happens on a topic from now on."""
        mailbox.topics.add(topic)
        self._readers.setdefault((mailbox.school_id, topic), set()).add(mailbox)

    def leave(self, mailbox: Mailbox, topics: Iterable[str] | None = None) -> None:
        """Let a mailbox have no more of some topics, or of any."""
        for topic in list(mailbox.topics if topics is None else topics):
            mailbox.topics.discard(topic)
            readers = self._readers.get((mailbox.school_id, topic), set())
            readers.discard(mailbox)
            if not readers:
                self._readers.pop((mailbox.school_id, topic), None)

    async def _distribute(self) -> None:
        while True:
            notes = [await self._arrived.get()]
            while not self._arrived.empty() and len(notes) < MOST_AT_ONCE:
                notes.append(self._arrived.get_nowait())
            if AWAY in notes:
                self._reset()
            followed = {school_id for school_id, _topic in self._readers}
            for school_id, fact_ids in _by_school(notes).items():
                if school_id in followed:
                    await self._tell(school_id, fact_ids)

    async def _tell(self, school_id: int, fact_ids: list[str]) -> None:
        try:
            read = partial(_read_facts, school_id, fact_ids)
            events = await asyncio.get_running_loop().run_in_executor(self._threads, read)
        except Exception:  # whatever it is, the others must go on hearing
            logger.exception("live facts could not be read")
            self._reset(school_id)
            return
        for event in events:
            for mailbox in self._readers.get((school_id, event.topic), ()):
                mailbox.put(event)

    def _reset(self, only: int | None = None) -> None:
        boxes = {box for (school, _), all_ in self._readers.items() if only in (None, school) for box in all_}
        for mailbox in boxes:
            mailbox.put(RESET)


def _by_school(notes: Iterable[str]) -> dict[int, list[str]]:
    """The fact ids of notes such as `12:0190…`, by school, in the order in which they came."""
    found: dict[int, list[str]] = {}
    for note in notes:
        school, _, fact_id = note.partition(":")
        if school.isdecimal() and fact_id:
            found.setdefault(int(school), []).append(fact_id)
    return found


def _read_facts(school_id: int, fact_ids: list[str]) -> list[Event]:
    """The facts on their topics, read inside their school; in the order in which they were announced."""
    try:
        with school_scope(school_id):
            rows = {str(row.pk): row for row in Fact.objects.filter(pk__in=fact_ids)}
    finally:
        connections.close_all()
    return [event for fact_id in fact_ids if fact_id in rows for event in _events(rows[fact_id])]


def _events(row: Fact) -> list[Event]:
    fact_type = FACT_TYPES.get(row.type)
    if fact_type is None:
        return []
    fact = msgspec.convert(row.payload, fact_type)
    return [Event(topic, str(row.pk), row.seq, fact, row.payload) for topic in fact.live_topics()]


hub = Hub()
