from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Count

from lyceum.core import clock
from lyceum.core.actor import Via
from lyceum.core.schools import school_scope
from lyceum.demo.accounts import list_accounts
from lyceum.demo.load import DemoLoadedError, load_demo
from lyceum.demo.tests.conftest import NOW, SMALL, TODAY, LoadedDemo, load_bare
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import members_on
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import Circumstances, actor_for_user
from lyceum.domains.accounts.rules.sign_in import Credentials, sign_in
from lyceum.domains.attendance.models import (
    DaySummary,
    Mark,
    MarkChange,
    Register,
    SessionMark,
    SessionMarkPast,
    SessionTimes,
)
from lyceum.domains.attendance.numbers import summarise
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.behaviour.models import Detention, DetentionSlot
from lyceum.domains.people.models import ContactRestriction, Enrolment, Family, Flag, GuardianLink, Student
from lyceum.domains.people.queries import is_on_roll, with_status
from lyceum.domains.tenancy.models import School

YESTERDAY = TODAY - timedelta(days=1)
ADMITTED = 1
"""Who applied and came in."""


def test_both_schools_have_their_students_and_belong_to_one_trust(demo: LoadedDemo):
    for school, students in ((demo.hillcrest, 60 + ADMITTED), (demo.little_oak, 30)):
        with school_scope(school.pk):
            assert Student.objects.filter(is_on_roll(TODAY)).count() == students
        assert school.is_demo
    assert demo.hillcrest.group_id == demo.little_oak.group_id is not None
    assert demo.hillcrest.time_zone != demo.little_oak.time_zone


def test_the_form_in_focus_is_full_and_two_students_are_coming_and_gone(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        form = Class.objects.get(name="8B", starts__lte=TODAY, ends__gte=TODAY)
        assert members_on(form.pk, TODAY).count() == 6
        assert Student.objects.filter(with_status("expected", TODAY)).count() == 1
        gone = Enrolment.objects.get(last_day=YESTERDAY)
        assert Mark.objects.filter(student=gone.student, register__on=YESTERDAY).count() == 2
        assert not Mark.objects.filter(student=gone.student, register__on__gt=YESTERDAY).exists()


def test_detentions_are_there_in_each_state_in_slots_of_this_and_next_week(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        states = set(Detention.objects.values_list("state", flat=True))
        days = set(DetentionSlot.objects.values_list("on", flat=True))

        assert {"proposed", "scheduled", "completed", "missed", "rescheduled", "cancelled"} <= states
        assert {TODAY, TODAY + timedelta(days=3), TODAY - timedelta(days=1)} <= days
        assert not DetentionSlot.objects.filter(on__lt=TODAY, state="full").exists()


def test_registers_up_to_yesterday_are_taken_and_todays_wait(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        past = Register.objects.filter(on__lt=TODAY)
        assert set(past.values_list("state", "version", "kind")) >= {("taken", 1, "daily")}
        assert not past.exclude(state="taken").exists()
        assert past.values("on").distinct().count() == 8
        today = Register.objects.filter(on=TODAY)
        assert set(today.exclude(school_class__name="7A").values_list("state", flat=True)) == {"due"}
        assert today.filter(kind="daily").count() == 20
        assert today.filter(kind="lesson").exists()
        assert not Mark.objects.filter(register__on=TODAY).exclude(register__class_name="7A").exists()


def test_registers_open_close_and_lock_when_opened_days_do(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        days = school_days().between(date(2026, 9, 1), TODAY + timedelta(days=5))
        starts = dict(SessionTimes.objects.values_list("session", "starts_at"))
        for register in Register.objects.filter(on__lt=TODAY).select_related("school_class__room"):
            following = days[days.index(register.on) + 1]
            zone = clock.zone("Europe/London")
            assert register.due_at == datetime.combine(register.on, starts[register.session], zone)
            assert register.closes_at == register.due_at + timedelta(minutes=30)
            assert register.locks_at == datetime.combine(following + timedelta(days=1), time(0), zone)
            assert register.class_name == register.school_class.name
            assert register.room_name == register.school_class.room.name
        made = {day: Register.objects.filter(on=day, kind="daily").count() for day in days if day <= TODAY}
        assert {n for n in made.values() if n} == {20}


def columns(row: object, without: set[str]) -> dict[str, object]:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in without}


def test_marks_have_the_shape_that_taking_a_register_gives_them(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        changed = Mark.objects.filter(version__gt=1).values("register")
        old = Register.objects.filter(session="AM", class_name="7A", on__lt=TODAY).exclude(pk__in=changed).latest("on")
        tutor = User.objects.get(pk=old.taken_by)
        new = Register.objects.get(on=TODAY, session="AM", school_class=old.school_class)
        taken_at = NOW + timedelta(minutes=3)
        with clock.frozen(taken_at):
            actor = actor_for_user(tutor, demo.hillcrest.pk, via=Via.PAGE)
            take_register(new.pk, marks=[], rest="present", actor=actor)
        new.refresh_from_db()

        ids = {"id", "register_id", "mark_id", "on", "marked_at", "due_at", "closes_at", "locks_at", "taken_at",
               "created_at", "updated_at", "recorded_at", "school_class_id", "student_id"}  # fmt: skip

        def shapes(register: Register) -> list[dict[str, object]]:
            student = Mark.objects.filter(register=register, code__symbol="/").first().student
            mark = Mark.objects.get(register=register, student=student)
            rows = [register, mark, MarkChange.objects.get(mark=mark),
                    SessionMark.objects.get(student=student, on=register.on, session="AM")]  # fmt: skip
            assert {r.marked_at for r in rows[1:3]} == {register.taken_at} == {rows[3].recorded_at}
            assert rows[3].register_id == register.pk
            return [columns(row, ids) for row in rows]

        assert shapes(old) == shapes(new)


def test_each_mark_has_its_first_version_and_each_session_its_statutory_mark(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        marks = Mark.objects.filter(register__on__lt=TODAY)
        assert MarkChange.objects.filter(version=1, mark__in=marks).count() == marks.count()
        assert SessionMark.objects.filter(on__lt=TODAY).count() == marks.count()
        assert marks.exclude(code__symbol__in=["/", "\\"]).exists()
        days = DaySummary.objects.filter(on__lt=TODAY)
        assert sum(days.values_list("possible", flat=True)) == marks.count()
        assert not marks.exclude(register__on__range=("2026-11-10", YESTERDAY)).exists()


def test_amended_marks_keep_both_values_and_the_office_s_name_and_reason(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        amended = list(Mark.objects.filter(version=2))
        assert amended
        for mark in amended:
            first, second = MarkChange.objects.filter(mark=mark).order_by("version").select_related("code")
            assert (first.code.symbol, first.origin, first.reason) == ("N", "teacher", "")
            assert (second.origin, second.code_id) == ("office", mark.code_id)
            assert second.reason
            assert first.marked_at < second.marked_at
        assert SessionMarkPast.objects.count() == len(amended)
        assert Register.objects.filter(version__gte=2).exists()


def test_the_numbers_come_out_of_the_marks(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        plain = summarise(demo.actor, first=date(2026, 11, 1), last=YESTERDAY)
        opened = summarise(demo.actor, first=date(2026, 11, 1), last=YESTERDAY, explain=True)

        assert plain.total.possible == opened.total.possible > 0
        assert plain.total.attended == opened.total.attended
        assert 85 < plain.total.percent < 99


def test_guardians_orders_families_and_flags_are_there(demo: LoadedDemo):
    with school_scope(demo.hillcrest.pk):
        kinds = {"mother", "father", "grandmother", "grandfather", "foster carer", "stepfather", "stepmother"}
        assert len(kinds & set(GuardianLink.objects.values_list("relationship", flat=True))) >= 6
        assert set(GuardianLink.objects.values_list("lives_with", flat=True)) == {"full", "part", "no"}
        assert ContactRestriction.objects.exclude(order_reference="").exists()
        assert Family.objects.annotate(n=Count("students")).filter(n__gt=1).exists()
        assert {"medical", "sen"} <= set(Flag.objects.values_list("kind", flat=True))
        orders = GuardianLink.objects.filter(contact_order=1).values_list("relationship", flat=True)
        assert not {"stepfather", "stepmother", "aunt"} & set(orders)


def test_everybody_in_the_table_can_sign_in(demo: LoadedDemo):
    accounts = list_accounts()

    assert [a.role for a in accounts if a.school_slug == "hillcrest"] == [
        "Office manager", "Headteacher", "Form teacher of 8B", "Teacher", "Guardian", "Student",
        "Applicant",
    ]  # fmt: skip
    assert [a.role for a in accounts if a.school_slug == "little-oak"] == [
        "Office manager", "Headteacher", "Form teacher of 2A", "Guardian", "Student", "Guardian",
    ]  # fmt: skip
    for account in accounts:
        given = Credentials(password=account.password, email=account.email)
        assert sign_in(given, circumstances=Circumstances(via=Via.PAGE)).user.full_name == account.name


def test_the_form_teacher_finds_the_register_that_is_due(demo: LoadedDemo):
    account = next(a for a in list_accounts() if a.role == "Form teacher of 8B")
    user = User.objects.get(emails__address=account.email)
    with school_scope(demo.hillcrest.pk):
        actor = actor_for_user(user, demo.hillcrest.pk, via=Via.PAGE)
        mine = list_registers(actor, day=TODAY).filter(class_name="8B", session="PM")
        assert [r.state for r in mine] == ["due"]


def test_one_human_is_a_teacher_here_and_an_aunt_or_uncle_there(demo: LoadedDemo):
    account = next(a for a in list_accounts() if a.role == "Teacher")
    user = User.objects.get(emails__address=account.email)

    assert {m.school.slug: m.role for m in user.memberships.select_related("school")} == {
        "hillcrest": "teacher",
        "little-oak": "guardian",
    }
    with school_scope(demo.little_oak.pk):
        assert GuardianLink.objects.filter(guardian__user=user, portal="view").count() == 1


def test_no_address_leads_to_anybody(demo: LoadedDemo):
    addresses = [e.address for user in User.objects.prefetch_related("emails") for e in user.emails.all()]

    assert addresses
    assert all(address.endswith((".example.org", "@example.org")) for address in addresses)


def test_a_second_load_is_refused_politely(demo: LoadedDemo, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(DemoLoadedError, match="wipe"):
        load_demo(lambda line: None, plans=SMALL, today=TODAY)
    with pytest.raises(SystemExit):
        call_command("demo", "load")

    assert "here already" in capsys.readouterr().err
    assert School.objects.filter(is_demo=True).count() == 2


@pytest.mark.usefixtures("fresh_database")
def test_at_the_weekend_school_is_kept_so_that_there_is_a_register_to_take():
    sunday = date(2026, 11, 22)
    load_bare(sunday)

    with school_scope(School.objects.get(slug="hillcrest").pk), clock.frozen(datetime(2026, 11, 22, 8, tzinfo=UTC)):
        open_day(sunday)
        forms = Register.objects.filter(on=sunday, kind="daily", session="AM")

        assert {register.state_at(clock.now()) for register in forms} == {"due"}
        assert not Register.objects.filter(on=date(2026, 11, 21)).exists()
