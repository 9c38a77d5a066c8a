"""Recording what happened, and the moment from which it counts."""

from datetime import timedelta

import pytest

from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.behaviour.models import EscalationCase, Incident, Notice, PointEntry
from lyceum.domains.behaviour.queries import get_incident, list_incidents, list_participations
from lyceum.domains.behaviour.rules.changing import Changing  # noqa: F401  # imported with the rules
from lyceum.domains.behaviour.rules.points import award_points
from lyceum.domains.behaviour.rules.recording import NewPart, add_students, delete_draft, submit_incident
from lyceum.domains.behaviour.rules.refusals import (
    IncidentStateError,
    NamesOtherStudentError,
    OwnReportError,
    PointsLimitError,
    SameEventError,
)
from lyceum.domains.behaviour.rules.reviewing import edit_incident, review_incident, withdraw_incident
from lyceum.domains.behaviour.tests.conftest import Friday, later, make_friday
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.factories import NOW, add_role, in_school, make_student


def points(friday: Friday) -> list[tuple[str, int, str]]:
    rows = PointEntry.objects.order_by("at", "pk")
    return list(rows.values_list("student__person__first_name", "points", "reason"))


def test_one_event_has_many_students_each_with_points_of_their_own(friday: Friday):
    ada, ben, cleo = friday.students
    parts = [NewPart(ada.pk), NewPart(ben.pk, "instigator", points=-3), NewPart(cleo.pk, "target")]

    incident = friday.record("disruption", parts=parts)

    with in_school(friday.school):
        assert incident.state == "approved"
        rows = PointEntry.objects.values_list("student", "points")
        assert sorted(rows) == sorted([(ada.pk, -1), (ben.pk, -3)])
        assert {n.student_id for n in Notice.objects.all()} == {ada.pk, ben.pk}
        fact = Fact.objects.get(type="behaviour.incident.approved").payload
        assert [each["points"] for each in fact["students"]] == [-1, -3, 0]
        assert AuditEntry.objects.filter(action="behaviour.incident.record").count() == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"severity": 5}, "severity_range"),
        ({"occurred_at": NOW + timedelta(hours=1)}, "occurred_at_range"),
        ({"occurred_at": NOW - timedelta(days=400)}, "occurred_at_range"),
        # Friday's school year began in September
        ({"occurred_at": NOW - timedelta(days=100)}, "not_on_roll"),
    ],
)
def test_what_cannot_have_happened_is_refused_with_its_field(friday: Friday, more, code):
    with pytest.raises(InvalidError) as refused:
        friday.record(**more)

    assert refused.value.code == code
    assert refused.value.errors[0].code == code
    with in_school(friday.school):
        assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("kind", "part"),
    [("disruption", {"points": 1}), ("work", {"points": -1}), ("disruption", {"role": "target", "points": -1})],
)
def test_points_of_the_wrong_sign_are_refused(friday: Friday, kind, part):
    with pytest.raises(InvalidError) as refused:
        friday.record(kind, parts=[NewPart(friday.students[0].pk, **part)])

    assert refused.value.code == "points_sign"


def test_a_student_of_another_school_is_not_recorded(friday: Friday):
    stranger = make_student(make_friday().school)

    with pytest.raises(InvalidError) as refused:
        friday.record("disruption", stranger)

    assert refused.value.errors[0].pointer == "/students"


def test_the_same_event_twice_is_asked_about(friday: Friday):
    first = friday.record(is_another=False)

    with pytest.raises(SameEventError) as refused:
        friday.record(is_another=False, occurred_at=NOW - timedelta(minutes=9))

    assert refused.value.extra["incident"] == str(first.pk)
    assert friday.record(is_another=True)
    assert friday.record(is_another=False, actor=friday.who("other"))
    assert friday.record("homework", is_another=False)


def test_students_are_added_to_the_same_event(friday: Friday):
    incident = friday.record()

    with in_school(friday.school):
        add_students(incident.pk, parts=[NewPart(friday.students[1].pk)], actor=friday.teacher)

        assert sorted(PointEntry.objects.values_list("student", flat=True)) == sorted(s.pk for s in friday.students[:2])
        with pytest.raises(InvalidError):
            add_students(incident.pk, parts=[NewPart(friday.students[1].pk)], actor=friday.teacher)


def test_a_summary_names_no_other_student(friday: Friday):
    ada, ben, _cleo = friday.students

    with pytest.raises(NamesOtherStudentError) as refused:
        friday.record("disruption", ada, ben, summary="Shouted at BEN in the corridor")

    assert refused.value.errors[0].pointer == "/summary"
    assert refused.value.extra["words"] == ["ben"]
    assert friday.record("disruption", ada, summary="Ada shouted")


def test_a_draft_is_its_authors_alone_until_it_is_handed_in(friday: Friday):
    draft = friday.record(draft=True)

    with in_school(friday.school):
        assert not list_incidents(friday.head)
        assert not PointEntry.objects.exists()
        assert submit_incident(draft.pk, actor=friday.teacher).state == "approved"
        with pytest.raises(IncidentStateError):
            delete_draft(draft.pk, actor=friday.teacher)
        with pytest.raises(NotFoundError):
            delete_draft(draft.pk, actor=friday.head)


def test_a_grave_incident_is_hidden_until_a_second_person_approves_it(friday: Friday):
    add_role(friday.users["other"], friday.school, Role.MANAGER, permission_sets=["Head of year"])
    incident = friday.record("assault", actor=friday.who("other"), narrative="What was seen")

    with in_school(friday.school):
        assert incident.state == "submitted"
        assert not PointEntry.objects.exists()
        assert not list_incidents(friday.teacher)  # Ada's own teacher
        assert not list_participations(friday.guardian)
        with pytest.raises(OwnReportError):
            review_incident(incident.pk, approve=True, actor=friday.who("other"))

        review_incident(incident.pk, approve=True, actor=friday.head)

        assert list(PointEntry.objects.values_list("points", flat=True)) == [-5]
        assert list_incidents(friday.teacher).count() == 1
        assert list_participations(friday.guardian).count() == 1
        assert EscalationCase.objects.get().stage == 1
        assert Notice.objects.get().urgent


def test_a_parent_reviews_nothing_that_their_child_is_in(friday: Friday):
    add_role(friday.users["guardian"], friday.school, Role.MANAGER, permission_sets=["Head of year"])
    incident = friday.record("assault")

    with in_school(friday.school), pytest.raises(NotFoundError):
        review_incident(incident.pk, approve=True, actor=friday.guardian)


def test_rejecting_needs_a_reason_and_counts_nothing(friday: Friday):
    incident = friday.record("assault")

    with in_school(friday.school):
        with pytest.raises(InvalidError):
            review_incident(incident.pk, approve=False, actor=friday.head)
        review_incident(incident.pk, approve=False, reason="Somebody else", actor=friday.head)

        assert not PointEntry.objects.exists()
        assert Fact.objects.filter(type="behaviour.incident.rejected").count() == 1
        with pytest.raises(IncidentStateError) as refused:
            withdraw_incident(incident.pk, reason="No", actor=friday.head)
        assert refused.value.extra["possible"] == []


def test_withdrawing_reverses_and_overwrites_nothing(friday: Friday):
    first = friday.record("fighting")
    friday.record("disruption", parts=[NewPart(friday.students[0].pk, points=-5)])

    with in_school(friday.school), later(minutes=1):
        withdraw_incident(first.pk, reason="It was somebody else", actor=friday.head)

        rows = PointEntry.objects.order_by("at", "pk").values_list("points", "reason")
        assert sorted(rows) == [(-5, "incident"), (-3, "incident"), (0, "incident"), (3, "reversal")]
        assert sum(points for points, _reason in rows) == -5
        assert set(Notice.objects.filter(participant__incident=first).values_list("state", flat=True)) == {"withdrawn"}


def test_changing_what_counts_writes_a_reversal_and_a_new_entry(friday: Friday):
    incident = friday.record("disruption")
    ada = friday.students[0]

    with in_school(friday.school), later(minutes=1):
        edit_incident(incident.pk, values={"parts": [{"student_id": ada.pk, "points": -4}]}, actor=friday.head)
        edit_incident(incident.pk, values={"narrative": "More"}, actor=friday.head)

        rows = PointEntry.objects.values_list("points", "reason")
        assert sorted(rows) == [(-4, "incident"), (-1, "incident"), (1, "reversal")]
        with pytest.raises(NotAllowedError):
            edit_incident(incident.pk, values={"narrative": "Mine"}, actor=friday.teacher)


def test_praise_goes_through_the_same_door_and_tells_the_family_by_itself(friday: Friday):
    friday.record("work")

    with in_school(friday.school):
        assert PointEntry.objects.get().points == 1
        notice = Notice.objects.get()
        assert (notice.state, notice.urgent, notice.asks_acknowledgement) == ("recallable", False, False)
        assert "Ada" in notice.text


def test_a_teacher_gives_a_few_points_a_day_by_hand(friday: Friday):
    ada, with_school = friday.students[0], friday.school

    with in_school(with_school):
        award_points(ada.pk, points=3, actor=friday.teacher)
        with pytest.raises(PointsLimitError):
            award_points(ada.pk, points=-3, actor=friday.teacher)
        with pytest.raises(NotFoundError):
            award_points(ada.pk, points=1, actor=friday.who("other"))
        award_points(ada.pk, points=-30, actor=friday.head)

        assert sorted(PointEntry.objects.values_list("points", flat=True)) == [-30, 3]


@pytest.mark.parametrize(
    ("name", "reads"),
    [("teacher", True), ("head", True), ("other", False), ("guardian", False), ("student", False)],
)
def test_who_reads_a_narrative(friday: Friday, name, reads):
    incident = friday.record(actor=friday.head, narrative="Only for staff")

    with in_school(friday.school):
        try:
            found = get_incident(incident.pk, actor=friday.who(name)).narrative
        except (NotFoundError, NotAllowedError):
            found = ""

    assert bool(found) is reads


def test_a_confidential_incident_is_for_reporter_and_safeguarding(friday: Friday):
    incident = friday.record("worry", confidential=True)

    with in_school(friday.school):
        readers = [name for name in friday.users if not name.endswith(("guardian", "student"))
                   and list_incidents(friday.who(name)).filter(pk=incident.pk)]  # fmt: skip

    assert readers == ["teacher", "lead"]


@pytest.mark.parametrize(
    ("code", "more", "approves", "told"),
    [
        ("disruption", {}, True, ["submitted", "approved"]),
        ("disruption", {"severity": 4}, True, ["approved"]),  # nobody knows of it before it is reviewed
        ("disruption", {"severity": 4}, False, []),
        ("disruption", {"confidential": True}, True, []),
        ("worry", {}, True, []),  # about safeguarding
    ],
)
def test_other_software_hears_of_no_incident_that_few_may_know_of(friday: Friday, code, more, approves, told):
    incident = friday.record(code, **more)
    with in_school(friday.school):
        if incident.state == "submitted":
            review_incident(incident.pk, approve=approves, reason="seen", actor=friday.who("lead"))
        facts = Fact.objects.filter(type__startswith="behaviour.incident.", leaves=True).order_by("at", "pk")

        assert [name.rpartition(".")[2] for name in facts.values_list("type", flat=True)] == told


def test_another_schools_incident_is_not_there(friday: Friday):
    incident = make_friday().record()

    with in_school(friday.school), pytest.raises(NotFoundError):
        get_incident(incident.pk, actor=friday.head)
