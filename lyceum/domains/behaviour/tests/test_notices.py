"""Telling families: one child, those who may be told, and ten seconds to think again."""

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.domains.behaviour.models import Notice
from lyceum.domains.behaviour.queries import list_family_notices, list_participations
from lyceum.domains.behaviour.rules.contests import answer_contest, contest_incident
from lyceum.domains.behaviour.rules.notices import (
    acknowledge_notice,
    deliver_notice,
    recall_notice,
    remind_unread,
    send_notice,
    write_notice,
)
from lyceum.domains.behaviour.rules.recording import NewPart
from lyceum.domains.behaviour.rules.refusals import (
    ContestedAlreadyError,
    ContestTooLateError,
    NamesOtherStudentError,
    NobodyReachedError,
    NoticeStateError,
    OwnReportError,
)
from lyceum.domains.behaviour.tests.conftest import Friday, later, make_friday
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import ContactRestriction, GuardianLink
from lyceum.testing.factories import LONG_AGO, in_school


def restrict(friday: Friday) -> None:
    with in_school(friday.school):
        ContactRestriction.objects.create(
            student=friday.students[0],
            person=GuardianLink.objects.get(student=friday.students[0]).guardian,
            kinds=["no_information"],
            starts_on=LONG_AGO,
            made_by=friday.users["head"].pk,
        )


def only_notice(friday: Friday) -> Notice:
    with in_school(friday.school):
        return Notice.objects.get()


def test_three_students_three_notices_and_no_other_name(friday: Friday):
    friday.record("work", *friday.students)

    with in_school(friday.school):
        texts = {n.student.person.called: n.text for n in Notice.objects.select_related("student__person")}
        names = set(texts)
        assert len(names) == 3
        for name, text in texts.items():
            assert name in text
            assert not any(other in text for other in names - {name})
        ours = list_participations(friday.guardian)
        assert [part.student_id for part in ours] == [friday.students[0].pk]


def test_a_notice_waits_ten_seconds_and_goes_once(friday: Friday):
    friday.record("work")
    notice, system = only_notice(friday), system_actor(friday.school.pk)

    with in_school(friday.school):
        assert not deliver_notice(notice.pk, actor=system)
        with later(seconds=11):
            assert deliver_notice(notice.pk, actor=system)
            assert not deliver_notice(notice.pk, actor=system)
            with pytest.raises(NoticeStateError):
                recall_notice(notice.pk, actor=friday.head)
        assert [n.pk for n in list_family_notices(friday.guardian)] == [notice.pk]
        assert not list_family_notices(friday.who("other_guardian"))


def test_what_is_called_back_is_never_sent(friday: Friday):
    friday.record("work")
    notice = only_notice(friday)

    with in_school(friday.school):
        recall_notice(notice.pk, actor=friday.teacher)
        with later(minutes=1):
            assert not deliver_notice(notice.pk, actor=system_actor(friday.school.pk))


def test_a_concern_that_nobody_reviewed_waits_for_a_person(friday: Friday):
    friday.record("disruption")
    notice = only_notice(friday)

    with in_school(friday.school):
        assert notice.state == "held"
        with pytest.raises(NotFoundError):
            send_notice(notice.pk, actor=friday.who("other"))
        assert send_notice(notice.pk, actor=friday.teacher).state == "recallable"
        with pytest.raises(NoticeStateError):
            send_notice(notice.pk, actor=friday.head)


def test_who_is_restricted_gets_nothing_and_staff_read_why(friday: Friday):
    restrict(friday)

    friday.record("fighting")

    notice = only_notice(friday)
    assert [(r["name"], r["told"], r["reason"]) for r in notice.recipients] == [
        ("Grace Guardian", False, "kept from the child by a restriction")
    ]
    with in_school(friday.school):
        with pytest.raises(NobodyReachedError) as refused:
            send_notice(notice.pk, actor=friday.head)
        assert "Grace" not in refused.value.extra["recipients"]  # a head of year may not know of restrictions
        with pytest.raises(NobodyReachedError) as refused:
            send_notice(notice.pk, actor=friday.who("lead"))
        assert "Grace Guardian" in refused.value.extra["recipients"]
        assert not list_participations(friday.guardian)
        assert not list_family_notices(friday.guardian)


def test_nobody_is_told_of_target_and_witness_unless_somebody_decides(friday: Friday):
    incident = friday.record("fighting", parts=[NewPart(friday.students[0].pk, "target")])
    (part,) = friday.parts(incident)

    with in_school(friday.school):
        assert not Notice.objects.exists()
        assert not list_participations(friday.guardian)
        notice = write_notice(part.pk, text="Ada was hurt and is well again.", actor=friday.head)
        send_notice(notice.pk, actor=friday.head)
        with later(seconds=20):
            deliver_notice(notice.pk, actor=system_actor(friday.school.pk))
        assert list_participations(friday.guardian).count() == 1


def test_an_edited_notice_is_a_new_one(friday: Friday):
    ada, ben, _cleo = friday.students
    incident = friday.record("disruption", ada, ben)
    part = friday.parts(incident)[0]

    with in_school(friday.school):
        with pytest.raises(NamesOtherStudentError):
            write_notice(part.pk, text="Ada and Ben were loud", actor=friday.teacher)
        new = write_notice(part.pk, text="Ada was loud", actor=friday.teacher)

        rows = Notice.objects.filter(participant=part).order_by("created_at", "pk").values_list("state", "text")
        assert [state for state, _text in rows] == ["withdrawn", "held"]
        assert new.replaces_id is not None


def test_a_guardian_acknowledges_once_and_nobody_elses(friday: Friday):
    incident = friday.record("fighting")
    (part,) = friday.parts(incident)
    with in_school(friday.school):
        notice = Notice.objects.get(participant=part)
        assert notice.asks_acknowledgement
        send_notice(notice.pk, actor=friday.head)
        with later(seconds=20):
            deliver_notice(notice.pk, actor=system_actor(friday.school.pk))
        with pytest.raises(NotFoundError):
            acknowledge_notice(notice.pk, actor=friday.who("other_guardian"))
        with pytest.raises(NotAllowedError):
            acknowledge_notice(notice.pk, actor=friday.teacher)

        first = acknowledge_notice(notice.pk, actor=friday.guardian).acknowledged_at
        with later(hours=1):
            assert acknowledge_notice(notice.pk, actor=friday.guardian).acknowledged_at == first


def test_a_family_that_has_not_confirmed_is_reminded_once(friday: Friday):
    friday.record("fighting")
    system = system_actor(friday.school.pk)
    with in_school(friday.school):
        send_notice(only_notice(friday).pk, actor=friday.head)
        with later(seconds=20):
            deliver_notice(only_notice(friday).pk, actor=system)
            assert remind_unread(actor=system) == 0
        for hours in (25, 26, 60):
            with later(hours=hours):
                remind_unread(actor=system)

        assert Notification.objects.filter(user=friday.users["guardian"], type="behaviour").count() == 2


def test_contested_once_in_time_and_answered_by_somebody_else(friday: Friday):
    incident = friday.record("fighting", actor=friday.head)
    (part,) = friday.parts(incident)

    with in_school(friday.school):
        with pytest.raises(NotFoundError):
            contest_incident(incident.pk, text="No", actor=friday.who("other_guardian"))
        contest_incident(incident.pk, text="She was not there", actor=friday.who("student"))
        with pytest.raises(ContestedAlreadyError):
            contest_incident(incident.pk, text="Again", actor=friday.guardian)
        with pytest.raises(OwnReportError):
            answer_contest(part.pk, text="She was", actor=friday.head)
        answered = answer_contest(part.pk, text="We looked: she was", actor=friday.who("senior"))
        assert (answered.contest, answered.answer) == ("She was not there", "We looked: she was")


@pytest.mark.parametrize(("days", "in_time"), [(21, True), (24, False)])
def test_there_are_fifteen_school_days_to_contest(friday: Friday, days, in_time):
    incident = friday.record("fighting")

    with in_school(friday.school), later(days=days):
        if in_time:
            contest_incident(incident.pk, text="No", actor=friday.guardian)
        else:
            with pytest.raises(ContestTooLateError):
                contest_incident(incident.pk, text="No", actor=friday.guardian)


def test_the_notice_of_another_school_is_not_there(friday: Friday):
    theirs = make_friday()
    theirs.record("disruption")
    notice = only_notice(theirs)

    with in_school(friday.school), pytest.raises(NotFoundError):
        send_notice(notice.pk, actor=friday.head)
