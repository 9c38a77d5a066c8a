"""With Redis one process listens to PostgreSQL for all; they still hear everything, or are told to fetch again."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from django.db import connections

from lyceum.api import live_sources
from lyceum.api.live import RESET, Hub
from lyceum.api.tests.live.redis_stand_in import RedisStandIn
from lyceum.api.tests.live.serving import aside, run
from lyceum.core.actor import system_actor
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.journal.rules import Target, record
from lyceum.testing.factories import in_school, make_school

CLASS = uuid4()


def tell(school):
    fact = MembershipChanged(student=uuid4(), school_class=CLASS, starts_on=date(2026, 9, 1), ends_on=None)
    with in_school(school):
        record("test", target=Target("test", CLASS), facts=[fact], actor=system_actor(school.pk))
    return fact


@pytest.fixture
def school(fresh_database, monkeypatch):
    monkeypatch.setattr(live_sources, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(live_sources, "ASK_FOR_LOCK_EVERY", 0.1)
    yield make_school()
    connections.close_all()


async def next_fact(mailbox):
    """The next fact; resets before it are counted."""
    resets = 0
    async with asyncio.timeout(10):
        while (letter := await mailbox.get()) is RESET:
            resets += 1
    return letter.fact, resets


async def until_somebody_passes_on():
    """Until a hub holds the lock: with the first one waited for, no later one can have been quicker."""
    held = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"
    async with asyncio.timeout(10), await live_sources.connect() as connection:
        while not await (await connection.execute(held, [live_sources.RELAY_LOCK])).fetchone():
            await asyncio.sleep(0.02)


def run_with_hubs(settings, number, work):
    async def main():
        redis = RedisStandIn()
        await redis.start()
        settings.REDIS_URL = redis.url
        hubs = [Hub() for _ in range(number)]
        for hub in hubs:
            await hub.start()
            await until_somebody_passes_on()
        await asyncio.sleep(0.3)
        try:
            return await work(redis, *hubs)
        finally:
            for hub in hubs:
                await hub.stop()
            await redis.stop()

    return run(main())


def test_every_process_hears_once(school, settings):
    async def work(_redis, one, other):
        boxes = [hub.subscribe(school.pk, f"class:{CLASS}") for hub in (one, other)]
        fact = await aside(tell, school)
        heard = [await next_fact(box) for box in boxes]
        await asyncio.sleep(0.2)
        return fact, heard, boxes

    fact, heard, boxes = run_with_hubs(settings, 2, work)

    assert [each for each, _ in heard] == [fact, fact]
    assert all(box._waiting.empty() for box in boxes)


def test_another_process_passes_on_once_the_first_has_stopped(school, settings):
    async def work(_redis, first, second):
        mailbox = second.subscribe(school.pk, f"class:{CLASS}")
        await first.stop()
        await asyncio.sleep(0.5)
        fact = await aside(tell, school)
        return fact, await next_fact(mailbox)

    fact, (heard, resets) = run_with_hubs(settings, 2, work)

    assert heard == fact
    assert resets == 1


def test_redis_that_comes_back_is_used_again(school, settings):
    async def work(redis, hub):
        mailbox = hub.subscribe(school.pk, f"class:{CLASS}")
        await redis.stop()
        await asyncio.sleep(0.2)
        await aside(tell, school)
        await redis.start()
        await asyncio.sleep(1.5)
        fact = await aside(tell, school)
        return fact, await next_fact(mailbox)

    fact, (heard, resets) = run_with_hubs(settings, 1, work)

    assert heard == fact
    assert resets >= 1
