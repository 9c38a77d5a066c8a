"""Closing a year freezes its registers and makes the official copy; a blank register prints for a day without power."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.attendance.models import OfficialCopy, Register, YearClosing
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.refusals import ReasonNeededError, YearClosedError, YearNotOverError
from lyceum.domains.attendance.rules.years import close_year, forget_closed_years, make_copies, reopen_year
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import as_actor, in_school, make_admin

NEXT_SUMMER = datetime(2027, 8, 2, 9, tzinfo=UTC)


def take_and_amend(morning: Morning) -> Register:
    """The first student is marked absent, and ill later on."""
    register = morning.register()
    student = morning.students[0].pk
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "N")], rest="present", actor=morning.teacher)
    with clock.frozen(datetime(2026, 11, 20, 11, tzinfo=UTC)), in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "I")], reason="Mother rang", actor=morning.office)
    return register


def closed(morning: Morning, head: Actor) -> YearClosing:
    year = AcademicYear.objects.get()
    closing = close_year(year.pk, actor=head)
    while make_copies(closing.pk):
        pass
    return closing


def test_the_official_copy_holds_original_and_amended_entries_with_who_when_and_why(morning: Morning):
    take_and_amend(morning)
    with clock.frozen(NEXT_SUMMER), in_school(morning.school):
        closing = closed(morning, as_actor(make_admin(morning.school), morning.school))

        copy = OfficialCopy.objects.get()
        assert (copy.class_name, copy.month, closing.keep_until) == ("7A", date(2026, 11, 1), date(2033, 8, 2))
        assert [row["cells"][0] for row in copy.content["students"]] == [["N", "I"], ["/", ""], ["/", ""]]
        [amended] = copy.content["amended"]
        assert amended[4:] == ["N", "I", "Olive Office", "2026-11-20 11:00", "page", "Mother rang"]
        assert copy.content["registers"][0]["by"] == "Tess Teacher"
        assert make_copies(closing.pk) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            OfficialCopy.objects.update(class_name="8Z")


def test_a_closed_year_is_opened_again_with_a_reason_only(morning: Morning):
    register = take_and_amend(morning)
    given = [GivenMark(morning.students[0].pk, "M")]
    with clock.frozen(NEXT_SUMMER), in_school(morning.school):
        head = as_actor(make_admin(morning.school), morning.school)
        closing = closed(morning, head)
        forget_closed_years()
        with pytest.raises(YearClosedError):
            take_register(register.pk, marks=given, reason="Note found", actor=morning.office)
        with pytest.raises(ReasonNeededError):
            reopen_year(closing.year_id, reason=" ", actor=head)

        reopen_year(closing.year_id, reason="Inspection", actor=head)

        assert take_register(register.pk, marks=given, reason="Note found", actor=morning.office).saved == 1
        again = closed(morning, head)
        assert again.pk != closing.pk
        assert OfficialCopy.objects.count() == 2  # the first one stays


def test_only_an_admin_closes_only_a_year_that_is_over_and_only_their_own(morning: Morning):
    there = make_morning(1, name="Valley School")
    head = as_actor(make_admin(morning.school), morning.school)
    with in_school(morning.school):
        year = AcademicYear.objects.get().pk
        with pytest.raises(YearNotOverError):
            close_year(year, actor=head)
    with clock.frozen(NEXT_SUMMER):
        with in_school(morning.school), pytest.raises(NotAllowedError):
            close_year(year, actor=morning.office)
        with in_school(there.school), pytest.raises(NotFoundError):
            close_year(year, actor=as_actor(make_admin(there.school), there.school))


def test_the_command_closes_a_year_and_its_registers_print_on_both_papers(morning: Morning):
    take_and_amend(morning)
    with clock.frozen(NEXT_SUMMER):
        admin = make_admin(morning.school)
        login = admin.logins.get().username
        said = StringIO()
        call_command(
            "attendance", "close-year", "--year", "2026/27", "--school", morning.school.slug, "--as", login, stdout=said
        )
        assert "1 official registers" in said.getvalue()
        client = browser(admin, morning.school)
        with in_school(morning.school):
            copy = OfficialCopy.objects.get().pk
        sizes = []
        for paper in ("a4", "letter"):
            answer = client.get(f"/attendance/official/{copy}/?paper={paper}")
            assert answer["Content-Type"] == "application/pdf"
            sizes.append(answer.content.split(b"/MediaBox")[1][:40])
        assert sizes[0] != sizes[1]
        assert b"7A" in client.get("/attendance/official/").content


def test_a_blank_register_prints_for_whoever_takes_it(morning: Morning):
    answer = browser(morning.teacher_user, morning.school).get(f"/attendance/paper/{morning.form.pk}/?date={TODAY}")

    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_a_register_typed_in_from_paper_names_who_took_it(morning: Morning):
    register = take_and_amend(morning)
    page = f"/registers/{register.pk}/"

    browser(morning.office_user, morning.school).post(page, {"paper_takers": "Tess Teacher, Sam Supply"})
    refused = software(morning.teacher_user, morning.school).send(f"/api/v1{page}paper/", {"takers": " "})

    assert refused.status_code == 422
    with clock.frozen(NEXT_SUMMER), in_school(morning.school):
        closed(morning, as_actor(make_admin(morning.school), morning.school))
        [row, *_rest] = OfficialCopy.objects.get().content["registers"]
        assert (row["on_paper"], row["by"]) == (True, "Tess Teacher, Sam Supply")
