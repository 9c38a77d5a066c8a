"""`graphql-transport-ws`: its rules, and what is told only for as long as it may be."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from lyceum.api import graphql_socket
from lyceum.api.tests.live.serving import aside, run
from lyceum.api.tests.today import make_morning
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import ClassMembership, ClassTeacher
from lyceum.domains.academics.rules.classes import end_class_members
from lyceum.domains.accounts.models import SignInSession
from lyceum.testing.clients import key_holder, software
from lyceum.testing.factories import in_school

PROTOCOL = "graphql-transport-ws"
MARKED = """subscription ($class: ID!) {
  attendanceMarked(classId: $class) {
    registerId via marks(first: 50) { edges { node { studentId meaning } } } register { marked }
  }
}"""
TODAY = "subscription { registersToday { registerId } }"


@asynccontextmanager
async def client(server, morning, user, **options):
    """A page of somebody's browser, connected."""
    cookie = await aside(morning.cookie, user)
    async with server.socket("/graphql", PROTOCOL, cookie=cookie, **options) as socket:
        await socket.send(type="connection_init")
        assert await socket.next() == {"type": "connection_ack"}
        yield socket


async def subscribe(socket, query, *, id="1", **variables):
    """Ask, and wait until it is followed."""
    await socket.send(id=id, type="subscribe", payload={"query": query, "variables": variables})
    await asyncio.sleep(0.3)


def test_a_client_gets_register_changes(server, morning):
    async def work():
        async with client(server, morning, morning.teachers[0]) as socket:
            await subscribe(socket, MARKED, **{"class": str(morning.classes[0].pk)})
            await aside(morning.take, 1)
            await aside(morning.take, 0)
            return await socket.next(), await socket.silent()

    frame, silent = run(work())

    assert (frame["id"], frame["type"]) == ("1", "next")
    told = frame["payload"]["data"]["attendanceMarked"]
    assert (told["registerId"], told["via"]) == (str(morning.registers[0].pk), "rest")
    assert {edge["node"]["studentId"] for edge in told["marks"]["edges"]} == {str(s.pk) for s in morning.students[0]}
    assert told["register"] == {"marked": 2}
    assert silent


def test_todays_registers_are_told_as_far_as_they_may_be_seen(server, morning):
    async def work():
        async with client(server, morning, morning.teachers[0]) as one, client(server, morning, morning.admin) as all_:
            await subscribe(one, TODAY)
            await subscribe(all_, TODAY)
            await aside(morning.take, 1)
            await aside(morning.take, 0)
            told = [await all_.next() for _ in range(2)]
            return told, await one.next(), await one.silent()

    told, own, silent = run(work())

    ids = [str(register.pk) for register in morning.registers]
    assert [frame["payload"]["data"]["registersToday"]["registerId"] for frame in told] == [ids[1], ids[0]]
    assert own["payload"]["data"]["registersToday"]["registerId"] == ids[0]
    assert silent


def test_who_leaves_a_class_is_told_to_its_teacher(server, morning):
    query = "subscription ($class: ID!) { classListChanged(classId: $class) { studentId class { size } } }"

    def leave():
        with in_school(morning.school):
            row = ClassMembership.objects.get(student=morning.students[0][0])
            end_class_members([row.pk], last_day=row.starts_on, actor=system_actor(morning.school.pk))

    async def work():
        async with client(server, morning, morning.teachers[0]) as socket:
            await subscribe(socket, query, **{"class": str(morning.classes[0].pk)})
            await aside(leave)
            return await socket.next()

    told = run(work())["payload"]["data"]["classListChanged"]

    assert told == {"studentId": str(morning.students[0][0].pk), "class": {"size": 1}}


def test_two_schools_never_hear_each_other(server, morning):
    other = make_morning("Dale School")

    async def work():
        async with client(server, morning, morning.admin) as here, client(server, other, other.admin) as there:
            await subscribe(here, TODAY)
            await subscribe(there, TODAY)
            await aside(other.take, 0)
            return await there.next(), await here.silent()

    frame, silent = run(work())

    assert frame["payload"]["data"]["registersToday"]["registerId"] == str(other.registers[0].pk)
    assert silent


def test_a_class_of_others_cannot_be_followed(server, morning):
    other = make_morning("Dale School")
    # whose class, the code of the refusal
    cases = [(morning.classes[1], "forbidden"), (other.classes[0], "not_found")]

    async def work(school_class):
        async with client(server, morning, morning.teachers[0]) as socket:
            await subscribe(socket, MARKED, **{"class": str(school_class.pk)})
            return await socket.next()

    for school_class, code in cases:
        frame = run(work(school_class))
        assert (frame["id"], frame["type"]) == ("1", "error")
        assert frame["payload"][0]["extensions"]["code"] == code


def test_a_question_is_answered_and_completed(server, morning):
    async def work():
        async with client(server, morning, morning.admin) as socket:
            await socket.send(id="q", type="subscribe", payload={"query": "{ school { name } }"})
            return await socket.next(), await socket.next()

    answer, end = run(work())

    assert answer["payload"] == {"data": {"school": {"name": "Hill School"}}, "extensions": {"cost": 2}}
    assert end == {"id": "q", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "malformed"),
        ("{ nothing }", "invalid"),
        ("mutation { logout(input: {}) { done } }", "use_http"),
        ("subscription { attendanceMarked(classId: 7) { kind } }", "not_found"),
        ("subscription ($c: ID!) { attendanceMarked(classId: $c) { kind } }", "invalid"),
        ("{ " + "a: classes { edges { node { students { edges { node { classes { edges { node { "
         + "students { edges { node { id } } } } } } } } } } } } }", "query_too_deep"),
    ],
)  # fmt: skip
def test_what_is_refused_ends_its_own_operation_only(server, morning, query, code):
    async def work():
        async with client(server, morning, morning.admin) as socket:
            await socket.send(id="1", type="subscribe", payload={"query": query})
            refused = await socket.next()
            await socket.settled()
            await socket.send(id="1", type="subscribe", payload={"query": "{ __typename }"})
            return refused, await socket.next()

    refused, after = run(work())

    assert (refused["id"], refused["type"], refused["payload"][0]["extensions"]["code"]) == ("1", "error", code)
    assert after["type"] == "next"


def test_what_is_completed_is_no_longer_told(server, morning):
    async def work():
        async with client(server, morning, morning.admin) as socket:
            await subscribe(socket, TODAY)
            await socket.send(id="1", type="complete")
            await socket.settled()
            await aside(morning.take, 0)
            return await socket.silent()

    assert run(work())


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        # asking before the greeting
        ([{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init"}, *[{"type": "subscribe", "id": "1", "payload": {"query": TODAY}}] * 2], 4409),
        ([{"type": "connection_init"}, {"type": "shout"}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "1"}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": 1, "payload": {}}], 4400),
        ([{"type": "connection_init", "payload": "x"}], 4400),
        ([{"type": "connection_init", "payload": {"token": "nonsense"}}], 4403),
    ],
)
def test_the_rules_of_the_protocol(server, morning, frames, code):
    cookie = morning.cookie(morning.admin)

    async def work():
        async with server.socket("/graphql", PROTOCOL, cookie=cookie) as socket:
            for frame in frames:
                await socket.send(**frame)
            return await socket.ended()

    assert run(work()) == code


def test_whoever_does_not_greet_in_time_is_let_go(server, morning, monkeypatch):
    monkeypatch.setattr(graphql_socket, "INIT_WITHIN", 0.2)

    async def work():
        async with server.socket("/graphql", PROTOCOL) as socket:
            return await socket.ended()

    assert run(work()) == 4408


def test_only_the_one_subprotocol_is_spoken(server):
    async def work():
        async with server.socket("/graphql", "graphql-ws") as socket:
            return await socket.ended()

    assert run(work()) == 4406


@pytest.mark.parametrize("origin", ["https://evil.example", None])
def test_a_cookie_is_good_on_pages_of_ours_only(server, morning, origin):
    cookie = morning.cookie(morning.admin)

    async def work():
        async with server.socket("/graphql", PROTOCOL, cookie=cookie, origin=origin) as socket:
            await socket.send(type="connection_init")
            return await socket.ended()

    assert run(work()) == 4403


def test_software_shows_its_token_in_the_greeting(server, morning):
    access = software(morning.admin, morning.school).defaults["HTTP_AUTHORIZATION"]
    key = key_holder(morning.school, "attendance:read", "events:read").defaults["HTTP_AUTHORIZATION"]
    payloads = [{"Authorization": access}, {"authorization": key}, {"token": access.removeprefix("Bearer ")}]

    async def work(payload):
        async with server.socket("/graphql", PROTOCOL, origin=None) as socket:
            await socket.send(type="connection_init", payload=payload)
            return await socket.next()

    assert [run(work(payload)) for payload in payloads] == [{"type": "connection_ack"}] * 3


def test_an_ended_session_ends_its_socket(server, morning, monkeypatch):
    monkeypatch.setattr(graphql_socket, "RECHECK_EVERY", 0.1)

    async def work():
        async with client(server, morning, morning.admin) as socket:
            await subscribe(socket, TODAY)
            await aside(SignInSession.objects.update, revoked_at=morning.admin.created_at)
            return await socket.ended()

    assert run(work()) == 4401


def test_a_right_that_ends_is_noticed_at_the_next_event_and_without_one(server, morning, monkeypatch):
    def end_teaching():
        with in_school(morning.school):
            ClassTeacher.objects.filter(school_class=morning.classes[0]).delete()

    async def work(*, recheck):
        monkeypatch.setattr(graphql_socket, "RECHECK_EVERY", 0.1 if recheck else 60)
        async with client(server, morning, morning.teachers[0]) as socket:
            await subscribe(socket, MARKED, **{"class": str(morning.classes[0].pk)})
            await aside(end_teaching)
            if not recheck:
                await aside(morning.take, 0, user=morning.admin)
            return await socket.next()

    frames = [run(work(recheck=False))]
    morning = make_morning("Dale School")
    frames.append(run(work(recheck=True)))

    assert [(frame["type"], frame["payload"][0]["extensions"]["code"]) for frame in frames] == [
        ("error", "forbidden")
    ] * 2
