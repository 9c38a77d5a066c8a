"""Facts reach the sockets of this process: after the commit, in their school, and again after trouble."""

import asyncio
from datetime import date
from uuid import uuid4

import psycopg
import pytest
from django.db import connections, transaction

from lyceum.api import live_sources
from lyceum.api.live import MAILBOX_SIZE, RESET, Event, Hub
from lyceum.api.tests.live.serving import aside, run
from lyceum.core.actor import system_actor
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.journal.rules import Target, record
from lyceum.testing.factories import in_school, make_school

CLASS = uuid4()
TOPIC = f"class:{CLASS}"


class UndoneError(Exception):
    """Something went wrong after the act was recorded."""


def tell(school, *, undone=False, of=CLASS):
    """Record a live fact, as a rule does."""
    fact = MembershipChanged(student=uuid4(), school_class=of, starts_on=date(2026, 9, 1), ends_on=None)
    try:
        with in_school(school), transaction.atomic():
            record("test", target=Target("test", of), facts=[fact], actor=system_actor(school.pk))
            if undone:
                raise UndoneError
    except UndoneError:
        pass
    return fact


async def heard(mailbox):
    async with asyncio.timeout(5):
        return await mailbox.get()


@pytest.fixture
def schools(fresh_database):
    made = make_school("Hill School"), make_school("Dale School")
    yield made
    connections.close_all()


def run_with_hub(work):
    """Run some work while a hub of its own listens."""

    async def main():
        hub = Hub()
        await hub.start()
        try:
            return await work(hub)
        finally:
            await hub.stop()

    return run(main())


def test_a_fact_is_told_once_its_transaction_commits_and_never_when_it_is_undone(schools):
    hill, _dale = schools

    async def work(hub):
        mailbox = hub.subscribe(hill.pk, TOPIC)
        await aside(tell, hill, undone=True)
        fact = await aside(tell, hill)
        return fact, await heard(mailbox), mailbox

    fact, event, mailbox = run_with_hub(work)

    assert isinstance(event, Event)
    assert (event.topic, event.type, event.fact) == (TOPIC, "academics.membership.changed", fact)
    assert event.data["student"] == str(fact.student)
    assert mailbox._waiting.empty()


def test_two_schools_with_the_same_topic_never_hear_each_other(schools):
    hill, dale = schools

    async def work(hub):
        at_hill, at_dale = hub.subscribe(hill.pk, TOPIC), hub.subscribe(dale.pk, TOPIC)
        told = [await aside(tell, school) for school in (hill, dale)]
        events = [await heard(at_hill), await heard(at_dale)]
        return told, events, (at_hill, at_dale)

    told, events, boxes = run_with_hub(work)

    assert [event.fact for event in events] == told
    assert all(box._waiting.empty() for box in boxes)


def test_a_forged_note_shows_no_fact_of_another_school(schools, fresh_database):
    hill, dale = schools

    async def work(hub):
        mailbox = hub.subscribe(hill.pk, TOPIC)
        await aside(tell, dale)
        async with await psycopg.AsyncConnection.connect(fresh_database.owner_url, autocommit=True) as owner:
            await owner.execute("SELECT set_config('app.school_id', %s, false)", [str(dale.pk)])
            (fact_id,) = await (
                await owner.execute("SELECT id FROM journal_fact WHERE type LIKE 'academics.%'")
            ).fetchone()
            await owner.execute("SELECT pg_notify('lyceum_facts', %s)", [f"{hill.pk}:{fact_id}"])
        own = await aside(tell, hill)
        return own, await heard(mailbox)

    own, event = run_with_hub(work)

    assert event.fact == own


def test_a_school_that_nobody_follows_is_not_asked(schools, monkeypatch):
    hill, dale = schools
    asked = []

    async def work(hub):
        monkeypatch.setattr("lyceum.api.live._read_facts", lambda school, _ids: asked.append(school) or [])
        hub.subscribe(hill.pk, TOPIC)
        await aside(tell, dale)
        await aside(tell, hill)
        async with asyncio.timeout(5):
            while not asked:
                await asyncio.sleep(0.01)

    run_with_hub(work)

    assert asked == [hill.pk]


ITS_LISTENER = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND query LIKE 'LISTEN lyceum_facts%%'"


def test_after_the_connection_was_lost_everybody_is_told_to_fetch_again(
    schools, test_server, fresh_database, monkeypatch
):
    hill, _dale = schools
    monkeypatch.setattr(live_sources, "FIRST_WAIT", 0.05)

    async def work(hub):
        mailbox = hub.subscribe(hill.pk, TOPIC)
        async with await psycopg.AsyncConnection.connect(test_server.admin_url, autocommit=True) as admin:
            ended = await admin.execute(
                f"SELECT pg_terminate_backend(pid) FROM ({ITS_LISTENER}) listener", [fresh_database.name]
            )
            assert await ended.fetchall() == [(True,)]
        first = await heard(mailbox)
        fact = await aside(tell, hill)
        return first, fact, await heard(mailbox)

    first, fact, event = run_with_hub(work)

    assert first is RESET
    assert event.fact == fact


def test_facts_that_cannot_be_read_are_fetched_again(schools, monkeypatch):
    hill, _dale = schools

    def broken(_school, _ids):
        raise ValueError("a fact of another version")

    async def work(hub):
        mailbox = hub.subscribe(hill.pk, TOPIC)
        monkeypatch.setattr("lyceum.api.live._read_facts", broken)
        await aside(tell, hill)
        first = await heard(mailbox)
        monkeypatch.undo()
        await aside(tell, hill)
        return first, await heard(mailbox)

    first, event = run_with_hub(work)

    assert first is RESET
    assert isinstance(event, Event)


def test_a_slow_reader_is_let_go_and_keeps_nobody_waiting(schools):
    hill, _dale = schools

    async def work(hub):
        slow, quick = hub.subscribe(hill.pk, TOPIC), hub.subscribe(hill.pk, TOPIC)
        for _ in range(MAILBOX_SIZE + 1):
            slow.put(RESET)
        fact = await aside(tell, hill)
        event = await heard(quick)
        with pytest.raises(OverflowError):
            await slow.get()
        return fact, event

    fact, event = run_with_hub(work)

    assert event.fact == fact


def test_nobody_is_remembered_who_left(schools):
    hill, _dale = schools

    async def work(hub):
        mailbox = hub.subscribe(hill.pk, TOPIC, "registers:2026-11-20")
        hub.leave(mailbox, [TOPIC])
        some = dict(hub._readers)
        hub.leave(mailbox)
        return some, dict(hub._readers)

    some, none = run_with_hub(work)

    assert list(some) == [(hill.pk, "registers:2026-11-20")]
    assert none == {}
