"""Balances and dashboards: what they count, whom, and what they do not show."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError
from lyceum.domains.academics.models import AcademicYear, Grade, Placement
from lyceum.domains.academics.rules.calendar import create_year
from lyceum.domains.behaviour.balances import list_balances, list_entries, read_balances
from lyceum.domains.behaviour.houses import read_house_totals
from lyceum.domains.behaviour.models import (
    Detention,
    DetentionSlot,
    DetentionType,
    EscalationPolicy,
    Incident,
    PointScale,
)
from lyceum.domains.behaviour.numbers import read_dashboard, usual_span
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.behaviour.rules.escalation import NewPolicy, NewStage, save_policy
from lyceum.domains.behaviour.rules.recording import NewPart
from lyceum.domains.behaviour.rules.refusals import PointsSignError, TypeUsedError
from lyceum.domains.behaviour.rules.reviewing import edit_incident, withdraw_incident
from lyceum.domains.behaviour.rules.trying import ask_to_try, run_try
from lyceum.domains.behaviour.rules.types import create_scale, create_type, delete_type, edit_type
from lyceum.domains.behaviour.tests.conftest import Friday, make_friday
from lyceum.testing.factories import NOW, in_school, make_student

FIRST, LAST = date(2026, 9, 1), date(2026, 11, 20)


def test_what_was_withdrawn_is_reversed_and_counts_nothing_and_no_entry_is_overwritten(friday: Friday):
    ada = friday.students[0].pk
    first = friday.record("fighting")
    friday.record("disruption", parts=[NewPart(ada, points=-5)])
    with in_school(friday.school):
        withdraw_incident(first.pk, reason="Not so", actor=friday.head)

        (balance,) = read_balances([ada])[ada]
        entries = list(list_entries(friday.head, student=ada).values_list("points", "reason", "note"))

    assert (balance.net, balance.positive, balance.negative) == (-5, 0, 5)
    assert sorted(entries) == [
        (-5, "incident", ""), (-3, "incident", ""), (0, "incident", "Not so"), (3, "reversal", "Not so"),
    ]  # fmt: skip


def test_points_that_an_edit_takes_away_leave_an_entry_that_says_so(friday: Friday):
    incident, ada = friday.record("fighting"), friday.students[0].pk
    with in_school(friday.school):
        values = {"parts": [{"student_id": ada, "points": 0}]}
        edit_incident(incident.pk, values=values, actor=friday.head)
        edit_incident(incident.pk, values={"parts": [{"student_id": ada, "points": -2}]}, actor=friday.head)

        points = list_entries(friday.head, student=ada).values_list("points", flat=True)

        assert sorted(points) == [-3, -2, 0, 3]


def test_the_balance_begins_anew_with_the_year_and_last_years_is_still_there(friday: Friday):
    with in_school(friday.school):
        year = create_year(name="2025/26", starts=date(2025, 9, 1), ends=date(2026, 7, 20), current=False,
                           actor=system_actor(friday.school.pk))  # fmt: skip
    old = make_student(friday.school, friday.form, first_day=date(2025, 9, 1))
    friday.record("fighting", old, occurred_at=datetime(2026, 3, 2, 10, tzinfo=UTC))
    friday.record("work", old)

    with in_school(friday.school):
        assert [b.net for b in read_balances([old.pk])[old.pk]] == [1]
        assert [b.net for b in read_balances([old.pk], year=year)[old.pk]] == [-3]


def test_balances_of_many_students_are_one_statement(friday: Friday, django_assert_num_queries):
    friday.record("work", *friday.students)
    with in_school(friday.school):
        year = AcademicYear.objects.get()
        with django_assert_num_queries(1):
            found = read_balances([s.pk for s in friday.students], year=year)

    assert [b.net for s in friday.students for b in found[s.pk]] == [1, 1, 1]


def test_scales_are_never_added_to_each_other(friday: Friday):
    with in_school(friday.school):
        EscalationPolicy.objects.update(retired=True)
        admin = system_actor(friday.school.pk)
        scale = create_scale(name="House points", actor=admin)
        create_type(code="house", values={"name": "House", "polarity": "positive", "scale_id": scale.pk}, actor=admin)
    friday.record("house")
    friday.record("work")
    ada = friday.students[0].pk

    with in_school(friday.school):
        assert [(b.scale, b.net) for b in read_balances([ada])[ada]] == [("Behaviour points", 1), ("House points", 1)]


def test_the_dashboard_counts_who_did_it_and_what_was_approved(friday: Friday):
    ada, ben, cleo = friday.students
    friday.record("fighting", parts=[NewPart(ada.pk), NewPart(ben.pk), NewPart(cleo.pk, "target")])
    friday.record("assault", ada)  # waits for review
    friday.record("work", ada, ben)
    make_friday().record("work")

    with in_school(friday.school):
        found = read_dashboard(friday.head, first=FIRST, last=LAST)

    assert (found.praise, found.concerns, found.students, found.on_roll) == (2, 2, 2, 3)
    assert [(c.label, c.praise, c.concerns) for c in found.by["type"]] == [("Fighting", 0, 2), ("Good work", 2, 0)]
    assert found.times == [(5, "", 2)]
    assert [c.is_hidden for c in found.by["class"]] == [True]
    assert found.per_hundred is None
    assert found.before is not None
    assert found.before.concerns == 0


@pytest.mark.parametrize(("name", "praise"), [("teacher", 3), ("guardian", 1), ("student", 1), ("other", 0)])
def test_each_sees_the_numbers_of_their_own(friday: Friday, name: str, praise: int):
    friday.record("work", *friday.students)

    with in_school(friday.school):
        assert read_dashboard(friday.who(name), first=FIRST, last=LAST).praise == praise


def test_a_dashboard_is_narrowed_to_a_class_and_to_ones_own_reports(friday: Friday):
    friday.record("work", *friday.students)
    friday.record("work", actor=friday.who("other"))

    with in_school(friday.school):
        mine = read_dashboard(friday.teacher, first=FIRST, last=LAST, chosen=IncidentFilter(mine=True))
        form = read_dashboard(friday.head, first=FIRST, last=LAST, chosen=IncidentFilter(school_class=friday.form.pk))

    assert (mine.praise, form.praise) == (3, 4)


def test_a_dashboard_takes_as_many_statements_for_many_as_for_one(friday: Friday, django_assert_max_num_queries):
    head = friday.head
    friday.record("work")
    with in_school(friday.school):
        read_dashboard(head, first=FIRST, last=LAST)
        with django_assert_max_num_queries(12) as one:
            read_dashboard(head, first=FIRST, last=LAST)
    friday.record("fighting", *friday.students)
    with in_school(friday.school), django_assert_max_num_queries(len(one) + 1):  # and entering it
        read_dashboard(head, first=FIRST, last=LAST)


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 11, 2), date(2026, 11, 1)), (date(1, 1, 1), date(2026, 1, 1)), (date(2020, 1, 1), date(9999, 1, 1))],
)
def test_a_span_that_makes_no_sense_is_refused(friday: Friday, first: date, last: date):
    with in_school(friday.school), pytest.raises(InvalidError):
        usual_span(first, last)


def test_a_policy_is_tried_as_a_job_and_sets_nothing(friday: Friday):
    friday.record("disruption", parts=[NewPart(friday.students[0].pk, points=-4)])
    with in_school(friday.school):
        admin = system_actor(friday.school.pk)
        scale = friday.type("work").scale_id
        policy = save_policy(NewPolicy("Sharper", [NewStage(2), NewStage(4)], FIRST, scale_id=scale), actor=admin)
        job = ask_to_try(policy.pk, actor=admin)

        run_try(job.pk, actor=admin)

        job.refresh_from_db()
        assert job.state == "succeeded"
        assert [(row["stage"], row["total"]) for row in job.result["reached"]] == [(2, 4)]


@pytest.mark.parametrize(
    "stages", [[], [NewStage(5), NewStage(5)], [NewStage(5), NewStage(3)], [NewStage(5, approvers="Nobody")]]
)
def test_stages_rise_and_are_decided_by_somebody(friday: Friday, stages: list[NewStage]):
    new = NewPolicy("Sharper", stages, FIRST, scale_id=friday.type("work").scale_id)

    with in_school(friday.school), pytest.raises(InvalidError):
        save_policy(new, actor=system_actor(friday.school.pk))


def test_a_used_kind_keeps_its_meaning_and_retires(friday: Friday):
    admin, kind = system_actor(friday.school.pk), friday.type("disruption")
    friday.record("disruption")
    with in_school(friday.school):
        with pytest.raises(TypeUsedError):
            edit_type(kind.pk, values={"polarity": "positive", "points": 1}, actor=admin)
        with pytest.raises(TypeUsedError):
            delete_type(kind.pk, actor=admin)
        with pytest.raises(PointsSignError):
            edit_type(kind.pk, values={"points": 3}, actor=admin)
        edit_type(kind.pk, values={"active": False}, actor=admin)
        delete_type(friday.type("late").pk, actor=admin)

    with pytest.raises(InvalidError):
        friday.record("disruption")
    with in_school(friday.school):
        assert Incident.objects.count() == 1


def test_houses_have_the_points_of_those_who_were_in_them_that_day_and_small_ones_are_not_shown(friday: Friday):
    with in_school(friday.school):
        PointScale.objects.update(house_totals=True)
    many = [make_student(friday.school, friday.form) for _ in range(5)]
    with in_school(friday.school):
        grade = Grade.objects.order_by("position")[0]
        for student in (*many, friday.students[0]):
            house = "Red" if student in many else "Blue"
            Placement.objects.create(
                student=student, year=friday.form.year, grade=grade, house=house, starts_on=FIRST
            )  # fmt: skip
    friday.record("work", *many, friday.students[0])
    other = make_friday()
    other.record("work")

    with in_school(friday.school):
        assert [(each.house, each.net) for each in read_house_totals(friday.head)] == [("Red", 5), ("Blue", None)]
        assert list_balances(friday.head, IncidentFilter(house="Blue")).keys() == {friday.students[0].pk}


def test_the_dashboard_says_what_became_of_detentions(friday: Friday):
    with in_school(friday.school):
        kind = DetentionType.objects.create(name="Noon")
        end = NOW + timedelta(hours=1)
        slot = DetentionSlot.objects.create(type=kind, on=LAST, starts_at=NOW, ends_at=end, capacity=9)
        for state in ("completed", "completed", "missed", "scheduled", "rescheduled", "cancelled"):
            Detention.objects.create(
                student=friday.students[0], type=kind, reason="Late", minutes=30, state=state, one_a_day=False,
                slot=slot, on=LAST, starts_at=NOW, ends_at=end,
            )  # fmt: skip

        found = read_dashboard(friday.head, first=FIRST, last=LAST)

    assert found.detentions == {"set": 4, "served": 2, "missed": 1, "unserved": 1}
