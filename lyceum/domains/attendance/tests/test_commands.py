import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from lyceum.core import clock
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.domains.attendance.models import Mark, MarkChange, Register, SessionMark
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.factories import in_school, make_school

NEXT_WEEK = datetime(2026, 11, 27, 9, tzinfo=UTC)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def refused(*words: str) -> str:
    err = StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command(*words, stdout=StringIO(), stderr=err)
    assert ending.value.code == 1
    return err.getvalue()


def numbers(morning: Morning) -> list[str]:
    with in_school(morning.school):
        return [s.registration_number for s in morning.students]


def marks(morning: Morning) -> list[str]:
    with in_school(morning.school):
        rows = Mark.objects.select_related("code").order_by("student__registration_number")
        return [m.code.symbol for m in rows]


def as_teacher(morning: Morning) -> str:
    return f"--as={morning.teacher_user.logins.get().username}"


def take(morning: Morning, *words: str) -> tuple[str, ...]:
    return ("register", "take", morning.form.name, f"--school={morning.school.slug}", *words)


def test_taking_a_register_writes_the_same_rows_as_any_other_door(morning: Morning):
    late = numbers(morning)[1]

    said = run(*take(morning, "--session=AM", "--rest=present", f"--mark={late}=L:5", as_teacher(morning)))

    assert "3 marks saved" in said
    assert sorted(marks(morning)) == ["/", "/", "L"]
    with in_school(morning.school):
        assert Mark.objects.get(code__symbol="L").minutes_late == 5
        assert {m.marked_by for m in Mark.objects.all()} == {morning.teacher_user.pk}
        assert {c.via for c in MarkChange.objects.all()} == {"command"}
        assert SessionMark.objects.count() == 3
        assert Register.objects.get(session="AM").state == "taken"


def test_the_register_that_is_due_is_taken_where_no_session_is_named(morning: Morning):
    run(*take(morning, "--rest=present"))

    with in_school(morning.school):
        assert list(Register.objects.filter(state="taken").values_list("session", flat=True)) == ["AM"]


def test_showing_a_register_prints_its_marks(morning: Morning):
    run(*take(morning, "--session=AM", "--rest=present"))

    said = run("register", "show", morning.form.name, f"--school={morning.school.slug}", "--session=AM", "--json")

    shown = json.loads(said)
    assert [mark["code"] for mark in shown["marks"]] == ["/", "/", "/"]
    assert (shown["date"], shown["session"], shown["version"]) == (str(TODAY), "AM", 1)


def test_one_wrong_mark_saves_nothing_and_names_every_wrong_row(morning: Morning):
    first, second, _ = numbers(morning)

    said = refused(*take(morning, "--session=AM", "--rest=present", f"--mark={first}=Q9", f"--mark={second}=\\"))

    assert "Nothing was saved" in said
    assert "code_unknown" in said or "no code Q9" in said
    assert "/marks/1" in said
    assert marks(morning) == []


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("2026-99999=/", "is not on this register"),  # a number of nobody
        ("nonsense", "NUMBER=CODE"),  # no code at all
        ("{0}=L:999", "between 0 and 600"),  # late by more than a day at school
    ],
)
def test_a_mark_that_cannot_be_meant_is_refused(morning: Morning, mark: str, words: str):
    said = refused(*take(morning, "--session=AM", f"--mark={mark.format(numbers(morning)[0])}"))

    assert words in said
    assert marks(morning) == []


def test_a_refusal_is_json_where_json_was_asked_for(morning: Morning):
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command(*take(morning, "--session=AM", "--mark=1=/", "--json"), stdout=out)

    refusal = json.loads(out.getvalue())
    assert refusal["code"] == "marks_wrong"
    assert [error["code"] for error in refusal["errors"]] == ["not_on_register"]


def test_a_locked_register_is_refused_to_its_teacher_and_the_refusal_is_kept(morning: Morning):
    morning.register()
    with clock.frozen(NEXT_WEEK):
        said = refused(*take(morning, f"--date={TODAY}", "--session=AM", "--rest=present", as_teacher(morning)))

    assert "locked" in said
    with in_school(morning.school):
        kept = AuditEntry.objects.get(action="access.refuse")
    assert (kept.via, kept.target_name, kept.actor_id) == ("command", "register take", morning.teacher_user.pk)


def test_changing_a_mark_after_closing_needs_a_reason(morning: Morning):
    first = numbers(morning)[0]
    run(*take(morning, "--session=AM", "--rest=present"))
    with clock.frozen(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        said = refused(*take(morning, "--session=AM", f"--mark={first}=I"))
        assert "say why" in said
        run(*take(morning, "--session=AM", f"--mark={first}=I", "--reason=Mother rang"))

    assert "I" in marks(morning)


def test_a_row_that_somebody_else_changed_is_left_and_named(morning: Morning):
    first = numbers(morning)[0]
    run(*take(morning, "--session=AM", "--rest=present"))

    said = run(*take(morning, "--session=AM", "--base-version=0", f"--mark={first}=N"))

    assert "0 marks saved" in said
    assert "Kept: /" in said


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-21", "weekend"),  # a Saturday
        ("2026-11-23", "Frozen pipes"),  # a closure
        ("2030-01-07", "no school year"),  # far outside
    ],
)
def test_a_day_without_school_is_refused_by_its_name(morning: Morning, day: str, words: str):
    with in_school(morning.school):
        close_days([date(2026, 11, 23)], name="Frozen pipes", actor=morning.office)

    said = refused(*take(morning, f"--date={day}", "--rest=present"))

    assert words in said


def test_a_class_of_another_school_is_unknown(morning: Morning):
    other = make_morning(name="Other School")

    said = refused("register", "take", "7Z", f"--school={other.school.slug}", "--rest=present")

    assert "7Z" in said
    assert marks(morning) == []


def test_several_schools_ask_which_one_is_meant(morning: Morning):
    make_school("Other School")

    said = refused("register", "show", morning.form.name)

    assert "--school" in said


@pytest.mark.parametrize("name", ["nobody", "nobody@example.org"])
def test_a_user_of_nowhere_is_refused(morning: Morning, name: str):
    assert name in refused(*take(morning, "--rest=present", f"--as={name}"))


def test_a_user_of_another_school_is_refused(morning: Morning):
    other = make_morning(name="Other School")

    said = refused(*take(morning, "--rest=present", as_teacher(other)))

    assert "There is no user" in said


def test_opening_a_day_twice_makes_its_registers_once(morning: Morning):
    school = f"--school={morning.school.slug}"

    assert run("attendance", "open-day", school).startswith("2 new registers")
    assert run("attendance", "open-day", school).startswith("0 new registers")
    assert "weekend" in run("attendance", "open-day", school, "--date=2026-11-21")


def test_the_summary_of_a_class_can_be_opened(morning: Morning):
    first = numbers(morning)[0]
    run(*take(morning, "--session=AM", "--rest=present", f"--mark={first}=N"))

    said = run(
        "attendance", "summary", f"--class={morning.form.name}", f"--school={morning.school.slug}",
        f"--from={TODAY}", f"--to={TODAY}", "--explain", "--json",
    )  # fmt: skip

    summary = json.loads(said)
    assert (summary["total"]["possible"], summary["total"]["attended"], summary["total"]["percent"]) == (3, 2, "66.7")
    assert len(summary["explained"]) == 3


def test_a_summary_as_known_before_the_register_was_taken_counts_nothing(morning: Morning):
    run(*take(morning, "--session=AM", "--rest=present"))

    said = run(
        "attendance", "summary", f"--class={morning.form.name}", f"--school={morning.school.slug}",
        f"--from={TODAY}", f"--to={TODAY}", f"--as-known-at={TODAY}T08:47", "--json",
    )  # fmt: skip

    assert json.loads(said)["total"]["possible"] == 0


def test_the_summary_of_an_unknown_class_is_refused(morning: Morning):
    said = refused(
        "attendance", "summary", "--class=13Q", f"--school={morning.school.slug}", f"--from={TODAY}", f"--to={TODAY}"
    )

    assert "13Q" in said
