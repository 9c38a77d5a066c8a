"""A second browser sees a mark appear; nobody sees what is not theirs, nor for longer than they may."""

from contextlib import asynccontextmanager

import httpx
import pytest
import websockets

from lyceum.api import socket_wire, websocket
from lyceum.api.tests.live.serving import aside, run
from lyceum.api.tests.today import make_morning
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Membership, SignInSession, User
from lyceum.testing.clients import key_holder, software
from lyceum.testing.factories import account_for, make_guardian, make_manager

PROTOCOL = "lyceum.v1"


def token_of(client):
    return client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")


@asynccontextmanager
async def reader(server, morning, user, *topics):
    """A browser of somebody, following topics."""
    cookie = await aside(morning.cookie, user)
    async with server.socket("/ws/", PROTOCOL, cookie=cookie) as socket:
        for topic in topics:
            await socket.send(type="sub", topic=topic)
        await socket.settled()
        yield socket


def test_a_second_browser_sees_a_mark_appear(server, morning):
    register = morning.registers[0]
    topics = [f"register:{register.pk}", f"registers:{morning.day}", f"class:{register.school_class_id}"]

    async def work():
        async with reader(server, morning, morning.teachers[0], *topics) as socket:
            await aside(morning.take, 0, user=morning.admin)
            return [await socket.next() for _ in topics]

    frames = run(work())

    assert [frame["topic"] for frame in frames] == [topics[0], topics[2], topics[1]]
    first = frames[0]
    assert (first["type"], first["fact"], first["seq"]) == ("event", "attendance.marked", None)
    assert first["data"]["register"] == str(register.pk)
    assert {mark["student"] for mark in first["data"]["marks"]} == {str(s.pk) for s in morning.students[0]}
    assert {mark["meaning"] for mark in first["data"]["marks"]} == {"present"}
    assert "name" not in str(first["data"])


def test_what_is_saved_over_http_is_told(server, morning):
    topic = f"register:{morning.registers[0].pk}"
    authorization = software(morning.teachers[0], morning.school).defaults["HTTP_AUTHORIZATION"]
    query = "mutation ($i: TakeRegisterInput!) { takeRegister(input: $i) { saved errors { code } } }"
    given = {"registerId": str(morning.registers[0].pk), "rest": "present"}

    async def work():
        async with (
            reader(server, morning, morning.admin, topic) as socket,
            httpx.AsyncClient(headers={"Authorization": authorization}) as http,
        ):
            body = {"query": query, "variables": {"i": given}}
            answer = await http.post(server.url("/graphql"), json=body, timeout=20)
            return answer.json(), await socket.next()

    answer, frame = run(work())

    assert answer["data"]["takeRegister"] == {"saved": 2, "errors": []}
    assert (frame["topic"], frame["data"]["via"]) == (topic, "graphql")


def test_two_schools_with_the_same_topic_never_see_each_other(server, morning):
    other = make_morning("Dale School")
    topic = f"registers:{morning.day}"

    async def work():
        async with (
            reader(server, morning, morning.admin, topic) as here,
            reader(server, other, other.admin, topic) as there,
        ):
            await aside(other.take, 0)
            frame = await there.next()
            return frame, await here.silent()

    frame, silent = run(work())

    assert frame["data"]["register"] == str(other.registers[0].pk)
    assert silent


def test_a_register_of_another_school_is_not_found(server, morning):
    other = make_morning("Dale School")

    async def work():
        async with reader(server, morning, morning.admin) as socket:
            answers = []
            for topic in (f"register:{other.registers[0].pk}", f"class:{other.classes[0].pk}"):
                await socket.send(type="sub", topic=topic)
                answers.append(await socket.next())
            await aside(other.take, 0)
            return answers, await socket.silent()

    answers, silent = run(work())

    assert [answer["code"] for answer in answers] == ["not_found", "not_found"]
    assert silent


def test_a_teacher_hears_of_their_own_registers_of_the_day_only(server, morning):
    async def work():
        async with reader(server, morning, morning.teachers[0], f"registers:{morning.day}") as socket:
            await aside(morning.take, 1)
            await aside(morning.take, 0)
            return await socket.next(), await socket.silent()

    frame, silent = run(work())

    assert frame["data"]["register"] == str(morning.registers[0].pk)
    assert silent


def test_each_topic_is_for_those_who_may_see_it(server, morning):
    link = make_guardian(morning.students[0][0])
    guardian = account_for(link.guardian, Role.GUARDIAN)
    office = make_manager(morning.school, "Timetable")
    register, school_class = f"register:{morning.registers[0].pk}", f"class:{morning.classes[0].pk}"
    day = f"registers:{morning.day}"
    # who, topic, the refusal or None
    cases = [
        (morning.teachers[0], register, None),
        (morning.teachers[1], register, "not_found"),
        (guardian, register, "not_found"),
        (office, register, "not_found"),
        (morning.teachers[0], school_class, None),
        (morning.teachers[1], school_class, "not_allowed"),
        (guardian, school_class, "not_allowed"),
        (office, school_class, "not_allowed"),
        (morning.teachers[1], day, None),
        (office, day, "not_allowed"),
        (morning.admin, "register:7A", "not_found"),
        (morning.admin, register.upper(), "not_found"),
        (morning.admin, register.replace("-", ""), "not_found"),
        (morning.admin, "students:all", "not_found"),
        (morning.admin, "", "not_found"),
    ]

    async def answer(user, topic):
        async with reader(server, morning, user) as socket:
            await socket.send(type="sub", topic=topic)
            await socket.send(type="ping")
            frame = await socket.next()
            return frame.get("code")

    async def work():
        return [await answer(user, topic) for user, topic, _ in cases]

    assert run(work()) == [refusal for _, _, refusal in cases]


def test_another_sites_page_is_turned_away(server, morning):
    cookie = morning.cookie(morning.admin)

    async def work(origin):
        async with server.socket("/ws/", PROTOCOL, cookie=cookie, origin=origin) as socket:
            return await socket.ended()

    for origin in ("https://evil.example", "http://127.0.0.1:1", "null", f"http://{server.host}.evil.example"):
        assert run(work(origin)) == socket_wire.FORBIDDEN


def test_a_cookie_without_a_page_of_ours_opens_nothing(server, morning, monkeypatch):
    monkeypatch.setattr(websocket, "AUTH_WITHIN", 0.2)
    cookie = morning.cookie(morning.admin)

    async def work():
        async with server.socket("/ws/", PROTOCOL, cookie=cookie, origin=None) as socket:
            return await socket.ended()

    assert run(work()) == socket_wire.UNAUTHORIZED


def test_software_shows_its_token_in_the_first_frame(server, morning):
    topic = f"register:{morning.registers[0].pk}"
    tokens = [
        token_of(software(morning.teachers[0], morning.school)),
        token_of(key_holder(morning.school, "attendance:read", "events:read")),
    ]

    async def work(token):
        async with server.socket("/ws/", PROTOCOL, origin=None) as socket:
            await socket.send(auth=token)
            await socket.send(type="sub", topic=topic)
            await socket.settled()
            await aside(morning.take, 0, symbol="/" if token == tokens[0] else "N", reason="seen", user=morning.admin)
            return await socket.next()

    for token in tokens:
        assert run(work(token))["topic"] == topic


def test_bad_tokens_and_keys_without_the_scope_are_turned_away(server, morning):
    # what is shown first, the code with which it ends
    cases = [
        ({"auth": "nonsense"}, socket_wire.UNAUTHORIZED),
        ({"auth": "lyc_0000000000000000_nonsense"}, socket_wire.UNAUTHORIZED),
        ({"type": "sub", "topic": "register:x"}, socket_wire.UNAUTHORIZED),
        ({"auth": token_of(key_holder(morning.school, "attendance:read"))}, socket_wire.FORBIDDEN),
    ]

    async def work(frame):
        async with server.socket("/ws/", PROTOCOL, origin=None) as socket:
            await socket.send(**frame)
            return await socket.ended()

    assert [run(work(frame)) for frame, _ in cases] == [code for _, code in cases]


def test_an_ended_session_ends_its_socket(server, morning, monkeypatch):
    monkeypatch.setattr(websocket, "RECHECK_EVERY", 0.1)

    async def work():
        async with reader(server, morning, morning.admin, f"registers:{morning.day}") as socket:
            await aside(SignInSession.objects.update, revoked_at=morning.admin.created_at, revoked_why="signed_out")
            return await socket.ended()

    assert run(work()) == socket_wire.UNAUTHORIZED


def test_a_disabled_user_hears_nothing_more(server, morning, monkeypatch):
    monkeypatch.setattr(websocket, "RECHECK_EVERY", 0.1)

    async def work():
        async with reader(server, morning, morning.admin, f"registers:{morning.day}") as socket:
            await aside(User.objects.filter(pk=morning.admin.pk).update, state=User.State.DISABLED)
            return await socket.ended()

    assert run(work()) == socket_wire.UNAUTHORIZED


def test_a_right_that_ends_takes_its_topic_along(server, morning, monkeypatch):
    monkeypatch.setattr(websocket, "RECHECK_EVERY", 0.1)

    async def work():
        async with reader(server, morning, morning.teachers[0], f"register:{morning.registers[0].pk}") as socket:
            await aside(Membership.objects.filter(user=morning.teachers[0]).update, state="ended")
            return await socket.ended()

    assert run(work()) == socket_wire.FORBIDDEN


def test_the_socket_of_a_school_that_was_left_ends(server, morning, monkeypatch):
    monkeypatch.setattr(websocket, "RECHECK_EVERY", 0.1)
    other = make_morning("Dale School")

    async def work():
        async with reader(server, morning, morning.admin, f"registers:{morning.day}") as socket:
            await aside(SignInSession.objects.update, school=other.school)
            return await socket.ended()

    assert run(work()) == socket_wire.UNAUTHORIZED


def test_a_new_token_is_looked_at_again(server, morning):
    topic = f"register:{morning.registers[0].pk}"
    good, bad = (token_of(software(teacher, morning.school)) for teacher in morning.teachers)

    async def work(second):
        async with reader(server, morning, morning.teachers[0], topic) as socket:
            await socket.send(auth=second)
            await socket.send(type="ping")
            try:
                return (await socket.next())["type"]
            except websockets.ConnectionClosed as closed:
                return closed.rcvd.code

    assert run(work(good)) == "pong"
    assert run(work(bad)) == socket_wire.FORBIDDEN


def test_what_is_left_is_no_longer_heard(server, morning):
    topic = f"register:{morning.registers[0].pk}"

    async def work():
        async with reader(server, morning, morning.admin, topic) as socket:
            await socket.send(type="unsub", topic=topic)
            await socket.settled()
            await aside(morning.take, 0)
            return await socket.silent()

    assert run(work())


def test_who_comes_back_is_told_to_fetch_again(server, morning):
    topic = f"register:{morning.registers[0].pk}"

    async def work():
        async with reader(server, morning, morning.admin) as socket:
            await socket.send(type="sub", topic=topic, since=17)
            return await socket.next()

    assert run(work()) == {"type": "reset", "topic": topic}


def test_there_are_at_most_fifty_topics(server, morning, monkeypatch):
    monkeypatch.setattr(websocket, "MOST_TOPICS", 2)
    topics = [f"class:{morning.classes[0].pk}", f"class:{morning.classes[1].pk}", f"registers:{morning.day}"]

    async def work():
        async with reader(server, morning, morning.admin, *topics[:2]) as socket:
            await socket.send(type="sub", topic=topics[2])
            return await socket.next()

    assert run(work()) == {"type": "error", "code": "too_many_topics", "topic": topics[2]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4400),
        ("[]", 4400),
        ("[" * 9000, 4400),
        (b"\x00\x01", 4400),
        ("x" * (16 * 1024 + 1), 1009),
    ],
)
def test_what_is_no_frame_ends_the_socket(server, morning, text, code):
    async def work():
        async with reader(server, morning, morning.admin) as socket:
            await socket.connection.send(text)
            return await socket.ended()

    assert run(work()) == code


def test_an_unknown_frame_is_refused(server, morning):
    async def work():
        async with reader(server, morning, morning.admin) as socket:
            await socket.send(type="shout")
            return await socket.next()

    assert run(work()) == {"type": "error", "code": "malformed"}


def test_only_the_one_subprotocol_is_spoken(server, morning):
    async def work():
        async with server.socket("/ws/", "lyceum.v9") as socket:
            return await socket.ended()

    assert run(work()) == socket_wire.WRONG_PROTOCOL


def test_there_are_no_other_sockets(server):
    async def work():
        async with server.socket("/elsewhere/", PROTOCOL):
            pass

    with pytest.raises(websockets.InvalidStatus):
        run(work())
