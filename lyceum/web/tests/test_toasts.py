"""Toasts: what an act says on the next page, and its undo."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.signing import dumps
from django.http import HttpResponse
from django.test import RequestFactory

from lyceum.core import clock
from lyceum.core.actor import Via, public_actor
from lyceum.core.toasts import COOKIE, SECONDS, Toast, Undo, leave_toast, take_toast
from lyceum.domains.academics.models import ClassMembership, ClosedDay
from lyceum.domains.accounts.models import Membership
from lyceum.domains.attendance.models import Mark, MarkChange
from lyceum.domains.attendance.queries import list_registers
from lyceum.testing.clients import browser
from lyceum.testing.factories import (
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    set_times,
)


def toast_on(client, path="/account/"):
    """The words of a page's toast, and the address and fields of its undo."""
    page = client.get(path).content.decode()
    region = re.search(r'<div class="toasts" id="toasts" role="status">(.*?</div>)?</div>', page, re.S)[1] or ""
    words = re.search(r"<p>(.*?)</p>", region)
    address = re.search(r'action="([^"]*)"', region)
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', region)
    own = [(name, unescape(value)) for name, value in fields if name not in ("csrfmiddlewaretoken", "idempotency_key")]
    return unescape(words[1]) if words else "", address and address[1], own


def undo(client, toast):
    """Press the undo of a toast."""
    form = {}
    for name, value in toast[2]:
        form.setdefault(name, []).append(value)
    answer = client.post(toast[1], form)
    assert answer.status_code == 302, answer.content[:400]
    return answer


@pytest.fixture
def friday():
    with clock.frozen(NOW):
        yield


@pytest.mark.django_db
def test_a_closed_day_is_opened_again_by_undo():
    school = make_school()
    client = browser(make_admin(school), school)
    form = {"act": "closed", "name": "Snow", "starts": "2026-12-01", "ends": "2026-12-03"}
    answer = client.post("/settings/years/", form)
    toast = toast_on(client, answer["Location"])

    assert toast[0] == "3 days are closed."
    assert toast_on(client)[0] == ""  # said once
    undo(client, toast)
    assert toast_on(client) == ("3 days are open again.", None, [])
    with in_school(school):
        assert not ClosedDay.objects.exists()


@pytest.mark.django_db
def test_a_whole_summer_is_closed_without_an_undo_that_no_cookie_holds():
    school = make_school()
    client = browser(make_admin(school), school)
    client.post("/settings/years/", {"act": "closed", "name": "Summer", "starts": "2027-07-01", "ends": "2028-06-30"})

    assert toast_on(client) == ("366 days are closed.", None, [])
    client.post("/settings/years/", {"act": "closed", "name": "Easter", "starts": "2027-03-20", "ends": "2027-04-11"})
    words, address, fields = toast_on(client)
    assert (words, address, len(fields)) == ("23 days are closed.", "/settings/years/", 24)


@pytest.mark.django_db
def test_a_user_who_is_kept_out_comes_in_again_by_undo():
    school = make_school()
    tess = make_teacher(school, name="Tess")
    client = browser(make_admin(school), school)
    client.post(f"/settings/users/{tess.pk}/", {"act": "suspend"})
    toast = toast_on(client)

    assert toast == ("Tess is kept out.", f"/settings/users/{tess.pk}/", [("act", "readmit")])
    undo(client, toast)
    assert Membership.objects.get(user=tess).state == "active"
    assert toast_on(client)[0] == "Tess may come in again."


@pytest.mark.django_db
def test_a_move_to_another_class_is_taken_back_by_undo(friday):
    school = make_school()
    old, new = make_class(school, "7A"), make_class(school, "7B")
    student = make_student(school, old)
    client = browser(make_manager(school, "Office"), school)
    form = {"from_class": str(old.pk), "to_class": str(new.pk), "on": "2026-11-20"}
    answer = client.post(f"/students/{student.pk}/move/", form)
    toast = toast_on(client, answer["Location"])

    def class_on(day):
        with in_school(school):
            rows = ClassMembership.objects.filter(student=student, starts_on__lte=day, ends_on__gte=day)
            return [row.school_class_id for row in rows]

    assert (toast[0], class_on(date(2026, 11, 20))) == ("Moved to 7B.", [new.pk])
    undo(client, toast)
    assert toast_on(client)[0] == "Moved to 7A."
    for day in (date(2026, 11, 19), date(2026, 11, 20), date(2027, 7, 20)):
        assert class_on(day) == [old.pk]


@pytest.mark.django_db
def test_marks_that_were_changed_are_given_back_by_undo(friday):
    school = make_school()
    set_times(school)
    form = make_class(school)
    first, second = make_student(school, form), make_student(school, form)
    teacher = make_teacher(school, form)
    client = browser(teacher, school)
    with in_school(school):
        path = f"/registers/{list_registers(as_actor(teacher, school), day=NOW.date())[0].pk}/"

    def marks():
        with in_school(school):
            rows = Mark.objects.filter(student__in=[first, second]).order_by("student__registration_number")
            return [(row.code.symbol, row.minutes_late) for row in rows.select_related("code")]

    client.post(path, {f"mark-{first.pk}": "L", f"minutes-{first.pk}": "7", f"mark-{second.pk}": "N"})
    assert toast_on(client) == ("Saved: 2 marks.", None, [])  # there was no mark: nothing to give back
    before = marks()
    client.post(path, {f"mark-{first.pk}": "N", f"mark-{second.pk}": "/"})
    toast = toast_on(client, path)
    assert toast[0] == "Saved: 2 marks."
    undo(client, toast)

    assert (before, marks()) == ([("L", 7), ("N", None)], before)
    with in_school(school):
        last = MarkChange.objects.filter(mark__student=first).latest("version")
    assert (last.version, last.reason) == (3, "Undone")


@pytest.mark.django_db
def test_an_undo_overwrites_nobody_elses_mark(friday):
    school = make_school()
    set_times(school)
    form = make_class(school)
    student = make_student(school, form)
    teacher = make_teacher(school, form)
    client, colleague = browser(teacher, school), browser(make_manager(school, "Office"), school)
    with in_school(school):
        path = f"/registers/{list_registers(as_actor(teacher, school), day=NOW.date())[0].pk}/"
    for symbol in ("N", "/"):
        client.post(path, {f"mark-{student.pk}": symbol})
    toast = toast_on(client, path)
    colleague.post(path, {f"mark-{student.pk}": "L", f"minutes-{student.pk}": "3"})

    answer = client.post(path, dict(toast[2]))

    assert answer.status_code == 200
    assert b"conflict" in answer.content
    with in_school(school):
        assert Mark.objects.get(student=student).code.symbol == "L"


@pytest.mark.django_db
def test_a_double_click_leaves_the_same_toast():
    school = make_school()
    client = browser(make_admin(school), school)
    form = {"act": "closed", "name": "Snow", "starts": "2026-12-01", "idempotency_key": "k"}
    cookies = []
    for _ in range(2):
        answer = client.post("/settings/years/", form)
        cookies.append(answer.cookies[COOKIE].value)

    assert cookies[0] == cookies[1]
    assert toast_on(client)[0] == "1 day is closed."


@pytest.mark.django_db
def test_a_toast_is_for_who_acted_and_in_no_address():
    school = make_school()
    ada, bob = make_admin(school), make_admin(school)
    client, other = browser(ada, school), browser(bob, school)
    answer = client.post("/settings/years/", {"act": "closed", "name": "Snow", "starts": "2026-12-01"})
    morsel = answer.cookies[COOKIE]
    other.cookies[COOKIE] = morsel.value

    assert (answer["Location"], morsel["httponly"], morsel["secure"], morsel["max-age"]) == (
        "/settings/years/",
        True,
        True,
        SECONDS,
    )
    assert toast_on(other)[0] == ""


@pytest.mark.django_db
def test_a_part_of_a_page_does_not_take_the_toast():
    school = make_school()
    client = browser(make_admin(school), school)
    client.post("/settings/years/", {"act": "closed", "name": "Snow", "starts": "2026-12-01"})
    client.get("/palette/?q=x")
    client.get("/keys/?part=dialog")

    assert toast_on(client)[0] == "1 day is closed."


def crossing(toast, *, change=lambda value: value):
    """A toast that crossed a redirect."""
    request, response = RequestFactory().get("/"), HttpResponse()
    request.actor = public_actor(Via.PAGE)
    leave_toast(request, response, toast)
    request.COOKIES[COOKIE] = change(response.cookies[COOKIE].value)
    return take_toast(request)


def test_a_toast_comes_across_as_it_was_left():
    toast = Toast("Zoë <b>", Undo("/x/", [("a", "1"), ("a", "2"), ("b", "")]))

    assert crossing(toast) == toast
    assert crossing(Toast("Done")) == Toast("Done")


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1],
        lambda value: "x" + value,
        lambda _value: "",
        lambda _value: "nonsense",
        lambda _value: dumps(["Pay here", ["/x/"]]),  # signed by us, for something else
    ],
)
def test_a_toast_that_somebody_made_says_nothing(change):
    assert crossing(Toast("Done"), change=change) is None


def test_a_toast_is_good_for_a_minute(monkeypatch):
    import time

    now = time.time()

    def later(value):
        monkeypatch.setattr(time, "time", lambda: now + SECONDS + 5)
        return value

    assert crossing(Toast("Done"), change=later) is None
    assert timedelta(seconds=SECONDS) == timedelta(minutes=1)


def test_words_without_an_end_are_cut():
    assert crossing(Toast("".join(chr(0x4E00 + n) for n in range(9000)))).message == "".join(
        chr(0x4E00 + n) for n in range(200)
    )
