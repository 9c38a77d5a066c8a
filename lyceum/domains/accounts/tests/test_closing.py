"""Closing a school: never by one alone where there are two, shut for everybody else, and restored as it was."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from procrastinate.contrib.django import app

from lyceum.api.socket_callers import do_as, ticket_of_token
from lyceum.config.worker import wait_where_closed
from lyceum.core import clock
from lyceum.core.actor import Via
from lyceum.core.memory import forget_everything
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Membership
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules.closing import (
    AdminLeftLatelyError,
    AskedAlreadyError,
    NewAdminError,
    OwnClosingError,
    ask_to_close,
    confirm_closing,
    get_closing,
    withdraw_closing,
)
from lyceum.domains.accounts.rules.members import remove_user
from lyceum.domains.accounts.rules.proof import WrongPasswordError
from lyceum.domains.journal.models import AuditEntry, Fact, OperatorEntry
from lyceum.domains.notifications.models import Notification
from lyceum.domains.tenancy.closing import (
    AlreadyClosingError,
    NotClosingError,
    SchoolSuspendedError,
    TooLateError,
    begin_closing,
    restore_school,
)
from lyceum.domains.tenancy.models import School, SchoolClosure
from lyceum.testing.clients import browser, key_holder, nobody, software, stranger
from lyceum.testing.factories import (
    PASSWORD,
    as_actor,
    in_school,
    make_admin,
    make_school,
    make_teacher,
    make_user,
)

LEAVE, CLOSURE, PAGE = "/api/v1/auth/delete-account/", "/api/v1/schools/current/closure/", "/settings/closing/"
PROOF = {"password": PASSWORD, "school_name": "hill  SCHOOL", "reason": "It merges with Vale School."}


def long_serving(school, **user):
    """A school admin for years."""
    admin = make_admin(school, **user)
    Membership.objects.filter(user=admin).update(created_at=clock.now() - timedelta(days=400))
    return admin


@pytest.fixture
def school(db):
    forget_everything()
    yield make_school()
    forget_everything()  # of what hosts mean


def state_of(school):
    return School.objects.get(pk=school.pk).status


@pytest.mark.django_db
def test_an_only_admin_closes_at_once_and_nobody_else_enters_by_any_door(school):
    admin, teacher = long_serving(school), make_teacher(school)
    head, desk, page, key = (
        software(admin, school),
        software(teacher, school),
        browser(teacher, school),
        key_holder(school, "school:read"),
    )
    Membership.objects.filter(school=school, role="school_admin").exclude(user=admin).delete()  # who made the key
    School.objects.filter(pk=school.pk).update(status="restricted", status_reason="The bill is open.")

    answer = head.send(LEAVE, PROOF, method="delete")

    told = answer.json()
    assert (answer.status_code, told["what"], told["state"], told["export"]) == (
        202, "closing", "closing", "/settings/closing/#keep",
    )  # fmt: skip
    refused = [
        desk.get("/api/v1/students/"),
        desk.get("/api/v1/schools/current/"),
        desk.send("/graphql", {"query": "{ school { name } }"}),
        key.get("/api/v1/schools/current/"),
        page.get("/today/"),
        stranger(school).get("/api/v1/courses/"),
    ]
    assert [each.status_code for each in refused] == [403] * 6
    assert {each.json()["code"] for each in refused if each["Content-Type"] != "text/html; charset=utf-8"} == {
        "school_suspended"
    }
    site = [stranger(school).get(path) for path in ("/", "/about-us/")]
    assert [(each.status_code, each["Cache-Control"]) for each in site] == [(503, "no-store")] * 2
    assert "Hill School is closed" in site[0].content.decode()
    assert "will be erased" in browser(admin, school).get("/today/").content.decode()

    restored = head.send(f"{CLOSURE}restore/")

    assert (restored.status_code, restored.json()["state"], restored.json()["purge_at"]) == (200, "open", None)
    found = School.objects.get(pk=school.pk)
    assert (found.status, found.status_reason, found.status_before) == ("restricted", "The bill is open.", "")
    assert desk.get("/api/v1/schools/current/").status_code == key.get("/api/v1/schools/current/").status_code == 200
    with in_school(school):
        acts = [e.action for e in AuditEntry.objects.filter(action__startswith="tenancy.school.").order_by("at")]
        facts = list(
            Fact.objects.filter(type__startswith="tenancy.school.").order_by("at").values_list("type", flat=True)
        )
    assert acts[1:] == ["tenancy.school.close", "tenancy.school.restore"]
    assert facts[1:] == ["tenancy.school.closing", "tenancy.school.restored"]
    assert OperatorEntry.objects.filter(school_id=school.pk).count() == 3


@pytest.mark.django_db
def test_another_admin_confirms_and_is_told_at_once(school):
    ada, ben = long_serving(school, name="Ada"), long_serving(school, name="Ben", email="ben@hill.example")
    asking, other = browser(ada, school), browser(ben, school)

    asked = asking.post(PAGE, PROOF | {"act": "ask"})

    assert (asked.status_code, state_of(school)) == (302, "active")
    with in_school(school):
        (news,) = Notification.objects.filter(template="school.closing_asked")
    assert (news.user_id, news.urgency, "Ada" in news.message) == (ben.pk, "urgent", True)
    alone = asking.post(PAGE, {"act": "confirm", "password": PASSWORD})
    assert (alone.status_code, state_of(school)) == (403, "active")
    wrong = other.post(PAGE, {"act": "confirm", "password": "not the one"})
    assert (wrong.status_code, state_of(school)) == (422, "active")

    confirmed = other.post(PAGE, {"act": "confirm", "password": PASSWORD})

    assert (confirmed.status_code, state_of(school)) == (302, "closing")
    assert browser(make_teacher(school), school).get("/today/").status_code == 403
    assert other.post(PAGE, {"act": "restore"}).status_code == 302
    assert state_of(school) == "active"


@pytest.mark.django_db
def test_what_one_angry_admin_cannot_do_at_night(school):
    ada, ben = long_serving(school), long_serving(school)
    angry, kind = as_actor(ada, school), as_actor(ben, school)

    with in_school(school):
        for wrong, refusal in (({"password": "not the one"}, WrongPasswordError), ({"school_name": "Vale"}, Exception)):
            with pytest.raises(refusal):
                ask_to_close(**PROOF | wrong, actor=angry)
        ask_to_close(**PROOF, actor=angry)
        with pytest.raises(AskedAlreadyError):
            ask_to_close(**PROOF, actor=angry)
        with pytest.raises(OwnClosingError):
            confirm_closing(password=PASSWORD, actor=angry)
        puppet = as_actor(make_admin(school), school)
        Membership.objects.filter(user=puppet.id).update(created_at=clock.now())
        with pytest.raises(NewAdminError):
            confirm_closing(password=PASSWORD, actor=puppet)
        withdraw_closing(actor=kind)
        remove_user(puppet.id, reason="made in a rage", actor=angry)
        remove_user(ben.pk, reason="in the way", actor=angry)
        Membership.objects.filter(school=school, state="ended").update(updated_at=clock.now())
        with pytest.raises(AdminLeftLatelyError):
            ask_to_close(**PROOF, actor=angry)
        assert state_of(school) == "active"

        with clock.frozen(clock.now() + timedelta(hours=73)):
            ask_to_close(**PROOF, actor=angry)

    assert state_of(school) == "closing"


@pytest.mark.django_db
def test_a_question_lapses_after_three_days_and_with_the_role_of_who_asked(school):
    ada, ben = (as_actor(long_serving(school), school) for _ in range(2))
    with in_school(school):
        ask_to_close(**PROOF, actor=ada)
        with clock.frozen(clock.now() + timedelta(hours=73)):
            lapsed = get_closing(ben).state
            ask_to_close(**PROOF, actor=ben)
            again = get_closing(ada).state
            remove_user(ben.id, reason="left", actor=ada)
            gone = get_closing(ada).state
        states = sorted(SchoolClosure.objects.values_list("state", flat=True))

    assert (lapsed, again, gone, states) == ("open", "asked", "open", ["asked", "lapsed"])


@pytest.mark.django_db
def test_who_may_close_confirm_and_restore(school):
    vale = make_school("Vale School")
    paths = [(CLOSURE, "get"), *((f"{CLOSURE}{act}/", "post") for act in ("confirm", "withdraw", "restore"))]
    callers = {
        "a manager": software(make_user(school, Role.MANAGER, permission_sets=["Office"]), school),
        "a teacher": software(make_teacher(school), school),
        "a key": key_holder(school, "school:write"),
        "nobody": nobody(),
    }
    got = {
        who: {client.send(path, {"password": PASSWORD}, method=method).status_code if method == "post"
              else client.get(path).status_code for path, method in paths}
        for who, client in callers.items()
    }  # fmt: skip

    elsewhere = software(long_serving(vale), vale).send(LEAVE, PROOF | {"school_name": "Vale School"}, method="delete")

    assert got == {"a manager": {403}, "a teacher": {403}, "a key": {403}, "nobody": {401}}
    assert (elsewhere.status_code, state_of(vale), state_of(school)) == (202, "closing", "active")


@pytest.mark.django_db
def test_the_operator_closes_and_restores_by_command_within_bounds(school):
    def run(*words):
        out = StringIO()
        call_command("school", *words, stdout=out, stderr=StringIO())
        return out.getvalue()

    for wrong in (["--name=Vale", "--days=7"], ["--name=Hill School", "--days=6"], ["--name=Hill School", "--days=91"]):
        with pytest.raises(SystemExit):
            run("close", "hill-school", "--reason=unpaid", *wrong)
    assert state_of(school) == "active"

    said = run("close", "hill-school", "--name=hill school", "--reason=unpaid", "--days=7")

    purge_at = School.objects.get(pk=school.pk).purge_at
    assert timedelta(days=6, hours=23) < purge_at - clock.now() <= timedelta(days=7)
    assert "lyceum school restore hill-school" in said
    with in_school(school), pytest.raises(AlreadyClosingError):
        begin_closing(reason="", actor=as_actor(long_serving(school), school))
    run("restore", "hill-school")
    assert state_of(school) == "active"


@pytest.mark.django_db
def test_nothing_is_restored_that_is_not_closed_or_whose_time_is_over(school):
    admin = as_actor(long_serving(school), school)
    with in_school(school):
        with pytest.raises(NotClosingError):
            restore_school(actor=admin)
        begin_closing(reason="", days=7, actor=admin)
        with clock.frozen(clock.now() + timedelta(days=8)), pytest.raises(TooLateError):
            restore_school(actor=admin)


def test_sockets_and_work_in_the_background_wait_too(fresh_database):
    school = make_school()
    admin, teacher = long_serving(school), make_teacher(school)
    token = software(teacher, school).defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    ticket, there = ticket_of_token(token), Circumstances(via=Via.SOCKET)
    assert do_as(ticket, there, lambda actor: actor.id) == teacher.pk
    with in_school(school):
        begin_closing(reason="", actor=as_actor(admin, school))
    app.configure_task("website.tell_of_message").defer(school_id=school.pk, message_id=str(school.pk))

    with pytest.raises(SchoolSuspendedError):
        do_as(ticket, there, lambda actor: actor.id)
    work_off()

    purge_at = School.objects.get(pk=school.pk).purge_at
    assert waiting_jobs(school) == [(purge_at, 0)]
    with in_school(school):
        restore_school(actor=as_actor(admin, school))
    ((at, _tries),) = waiting_jobs(school)
    assert at <= clock.now()
    connections.close_all()


def waiting_jobs(school):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at, attempts FROM procrastinate_jobs WHERE status = 'todo' AND args ->> 'school_id' = %s",
            [str(school.pk)],
        )
        return cursor.fetchall()


def work_off():
    """What a worker does with every job that waits."""

    async def work():
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as worker:
            await worker.run_worker_async(
                wait=False, install_signal_handlers=False, worker_middleware=[wait_where_closed]
            )

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work()).result(timeout=60)
