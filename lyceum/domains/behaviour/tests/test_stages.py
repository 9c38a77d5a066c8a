"""Stages: what many small things add up to; decided by a person before any family hears."""

from datetime import date, timedelta

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.domains.behaviour.models import Action, EscalationCase, EscalationPolicy, Notice
from lyceum.domains.behaviour.queries import list_cases
from lyceum.domains.behaviour.rules.actions import NewAction, finish_action, set_action
from lyceum.domains.behaviour.rules.decisions import approve_case, dismiss_case
from lyceum.domains.behaviour.rules.points import award_points
from lyceum.domains.behaviour.rules.recording import NewPart
from lyceum.domains.behaviour.rules.refusals import (
    DifferenceReasonError,
    NotApproverError,
    StageStateError,
    SuspensionLimitError,
)
from lyceum.domains.behaviour.rules.reviewing import withdraw_incident
from lyceum.domains.behaviour.rules.stages import check_stages, let_leavers_lapse
from lyceum.domains.behaviour.tests.conftest import Friday, later
from lyceum.domains.behaviour.windows import first_of_school_weeks
from lyceum.domains.journal.models import Fact
from lyceum.testing.factories import in_school


def lose(friday: Friday, points: int) -> object:
    return friday.record("disruption", parts=[NewPart(friday.students[0].pk, points=-points)])


def cases(friday: Friday) -> list[tuple[int, str, int | None, int]]:
    with in_school(friday.school):
        return list(EscalationCase.objects.order_by("pk").values_list("stage", "state", "warned_stage", "total"))


@pytest.mark.parametrize(
    ("points", "found"),
    [
        (3, []),
        (4, [(1, "warned", 1, 4)]),
        (5, [(1, "reached", None, 5)]),
        (9, [(1, "reached", 2, 9)]),
        (10, [(2, "reached", None, 10)]),
        (19, [(2, "reached", 3, 19)]),
        (31, [(4, "reached", None, 31)]),
    ],
)
def test_the_default_policy(friday: Friday, points, found):
    lose(friday, points)

    assert cases(friday) == found


def test_one_below_warns_and_the_next_point_reaches_the_stage(friday: Friday):
    lose(friday, 5)
    with in_school(friday.school):
        approve_case(EscalationCase.objects.get().pk, actor=friday.head)
    for points in (9, 1):
        lose(friday, points)

    assert cases(friday) == [(1, "approved", None, 5), (2, "reached", None, 15)]
    with in_school(friday.school):
        assert Fact.objects.filter(type="behaviour.stage.reached").count() == 2


def test_a_warning_is_for_the_student_and_the_teacher_and_not_for_the_family(friday: Friday):
    lose(friday, 4)

    with in_school(friday.school):
        seen = [name for name in ("student", "teacher", "head", "guardian", "other") if list_cases(friday.who(name))]

    assert seen == ["student", "teacher", "head"]


def test_who_leaves_has_no_stage_to_be_decided(friday: Friday):
    lose(friday, 10)
    with in_school(friday.school):
        leave_student(friday.students[0].pk, last_day=date(2026, 11, 20), exit="withdrawn",
                      actor=system_actor(friday.school.pk))  # fmt: skip
        let_leavers_lapse(actor=system_actor(friday.school.pk))
        assert cases(friday) == [(2, "reached", None, 10)]  # today is the last day
        with later(days=1):
            let_leavers_lapse(actor=system_actor(friday.school.pk))

    assert cases(friday) == [(2, "lapsed", None, 10)]


def test_no_family_hears_before_somebody_approves(friday: Friday):
    lose(friday, 10)

    with in_school(friday.school):
        assert not list_cases(friday.guardian)
        assert not Notice.objects.filter(case__isnull=False)
        assert not Action.objects.exists()

        case = approve_case(EscalationCase.objects.get().pk, actor=friday.head)

        notice = Notice.objects.get(case=case)
        assert notice.text.startswith("Ada Lovelace has lost 10 points")
        assert (notice.state, Action.objects.get().kind) == ("recallable", "letter")
        assert [c.pk for c in list_cases(friday.guardian)] == [case.pk]
        with pytest.raises(StageStateError):
            approve_case(case.pk, actor=friday.head)


def test_withdrawing_before_approval_lapses_and_after_it_flags(friday: Friday):
    incident = lose(friday, 6)
    lose(friday, 5)
    with in_school(friday.school):
        withdraw_incident(incident.pk, reason="Not so", actor=friday.head)

        assert cases(friday) == [(2, "lapsed", None, 11), (1, "reached", None, 5)]
        assert Fact.objects.filter(type="behaviour.stage.lapsed").count() == 1

        approve_case(EscalationCase.objects.get(state="reached").pk, actor=friday.head)
        with later(minutes=5):
            for other in EscalationCase.objects.filter(state="approved"):
                assert other.below_since is None
    with in_school(friday.school):
        from lyceum.domains.behaviour.models import Incident

        last = Incident.objects.exclude(state="withdrawn").get()
        withdraw_incident(last.pk, reason="Not so", actor=friday.head)

        case = EscalationCase.objects.get(stage=1)
        assert (case.state, case.below_since is not None) == ("approved", True)


def test_entries_of_a_decided_stage_do_not_lead_to_it_again(friday: Friday):
    lose(friday, 5)
    with in_school(friday.school):
        dismiss_case(EscalationCase.objects.get().pk, reason="Talked already", actor=friday.head)
    lose(friday, 3)
    assert cases(friday) == [(1, "dismissed", None, 5)]

    lose(friday, 2)

    assert cases(friday) == [(1, "dismissed", None, 5), (2, "reached", None, 10)]


def test_a_stage_is_decided_by_its_own_approvers(friday: Friday):
    lose(friday, 30)

    with in_school(friday.school):
        case = EscalationCase.objects.get()
        with pytest.raises(NotApproverError):
            approve_case(case.pk, actor=friday.head)
        with pytest.raises(NotAllowedError):
            approve_case(case.pk, actor=friday.teacher)
        assert approve_case(case.pk, actor=friday.who("senior")).state == "approved"


def test_praise_and_what_is_done_to_somebody_never_reach_a_stage(friday: Friday):
    ada = friday.students[0]
    for _n in range(3):
        friday.record("achievement")
        friday.record("assault", parts=[NewPart(ada.pk, "target")])

    assert cases(friday) == []


def test_points_by_hand_count(friday: Friday):
    with in_school(friday.school):
        award_points(friday.students[0].pk, points=-5, actor=friday.head)

    assert cases(friday) == [(1, "reached", None, 5)]


def test_a_week_without_school_is_no_school_week(friday: Friday):
    with in_school(friday.school):
        usual = first_of_school_weeks(6, date(2026, 11, 20))
        week = [date(2026, 10, 26) + timedelta(days=n) for n in range(5)]
        close_days(week, name="Half term", actor=system_actor(friday.school.pk))

        assert usual == date(2026, 10, 12)
        assert first_of_school_weeks(6, date(2026, 11, 20)) == date(2026, 10, 5)


def test_what_lies_before_the_window_does_not_count(friday: Friday):
    from datetime import UTC, datetime

    friday.record(
        "disruption",
        parts=[NewPart(friday.students[0].pk, points=-9)],
        occurred_at=datetime(2026, 10, 9, 10, tzinfo=UTC),
    )
    lose(friday, 2)

    assert cases(friday) == []


def test_a_policy_by_number_of_incidents_of_some_types_and_grades(friday: Friday):
    with in_school(friday.school):
        EscalationPolicy.objects.update(
            scale=None,
            types=[friday.type("homework").pk],
            stages=[{"n": 1, "threshold": 2, "measure": "count", "action": "talk", "approvers": "", "letter": ""}],
        )
    lose(friday, 50)
    friday.record("homework")
    assert cases(friday) == [(1, "warned", 1, 1)]

    friday.record("homework")

    assert cases(friday) == [(1, "reached", None, 2)]


def test_a_look_at_the_stages_is_three_statements(friday: Friday, django_assert_num_queries):
    lose(friday, 1)
    head, everybody = friday.head, [student.pk for student in friday.students]
    with in_school(friday.school):
        check_stages(everybody, actor=head)  # what is remembered of the school is remembered now
        with django_assert_num_queries(3):
            check_stages(everybody, actor=head)


def test_a_suspension_is_told_with_its_days_and_has_a_limit(friday: Friday):
    ada = friday.students[0]
    with in_school(friday.school):
        with pytest.raises(NotAllowedError):
            set_action(NewAction(ada.pk, "suspension", date(2026, 11, 23)), actor=friday.teacher)
        with pytest.raises(InvalidError):
            set_action(NewAction(ada.pk, "suspension", date(2026, 11, 23), date(2026, 11, 20)), actor=friday.head)
        action = set_action(NewAction(ada.pk, "suspension", date(2026, 11, 23), date(2026, 11, 30)), actor=friday.head)

        assert action.planned_days == 6
        told = Fact.objects.get(type="behaviour.action.set").payload
        assert (told["kind"], told["from"], told["to"]) == ("suspension", "2026-11-23", "2026-11-30")
        with pytest.raises(DifferenceReasonError):
            finish_action(action.pk, real_days=action.planned_days - 2, actor=friday.head)
        finish_action(action.pk, real_days=action.planned_days - 2, difference="returned_early", actor=friday.head)
        with pytest.raises(SuspensionLimitError):
            set_action(NewAction(ada.pk, "suspension", date(2026, 12, 1), date(2027, 1, 29)), actor=friday.head)


def test_an_incident_closes_when_everything_that_follows_is_done(friday: Friday):
    incident = friday.record("fighting")
    (part,) = friday.parts(incident)
    with in_school(friday.school):
        action = set_action(
            NewAction(part.student_id, "restorative", date(2026, 11, 23), participant_id=part.pk), actor=friday.head
        )
        finish_action(action.pk, actor=friday.head)

        incident.refresh_from_db()
        assert incident.state == "closed"


def test_nothing_is_imposed_on_whom_it_was_done_to(friday: Friday):
    incident = friday.record("fighting", parts=[NewPart(friday.students[0].pk, "target")])
    (part,) = friday.parts(incident)

    with in_school(friday.school), pytest.raises(InvalidError):
        set_action(
            NewAction(part.student_id, "suspension", date(2026, 11, 23), participant_id=part.pk), actor=friday.head
        )


def test_the_stages_of_another_school_are_not_there(friday: Friday):
    from lyceum.domains.behaviour.tests.conftest import make_friday

    theirs = make_friday()
    lose(theirs, 10)
    with in_school(theirs.school):
        case = EscalationCase.objects.get()

    with in_school(friday.school), pytest.raises(NotFoundError):
        approve_case(case.pk, actor=friday.head)
