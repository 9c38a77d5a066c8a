"""Families whom nobody could tell: a detention after school waits for them, and the office knows at once."""

from datetime import UTC, datetime

import pytest

from lyceum.core import clock
from lyceum.domains.behaviour.models import Detention, Notice
from lyceum.domains.behaviour.rules.detentions.following import follow_up
from lyceum.domains.behaviour.rules.notices import deliver_notice
from lyceum.domains.behaviour.tests.detentions.conftest import MONDAY, TUESDAY, Year, make_detention_year
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.people.models import ContactPoint, GuardianLink, Person
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import in_school
from lyceum.testing.pages import text_of


def told_of_behaviour(year: Year, is_told: bool) -> None:
    """Whether the guardian of the first student is told of behaviour."""
    with in_school(year.school):
        GuardianLink.objects.filter(student=year.students[0]).update(told_behaviour=is_told)


def test_after_school_waits_for_the_family_and_is_set_once_somebody_called_them(year: Year):
    year.slot(MONDAY)
    told_of_behaviour(year, False)
    teacher, office = software(year.teacher_user, year.school), browser(year.office_user, year.school)
    body = {"student": str(year.students[0].pk), "type": str(year.kind.pk), "reason": "Late"}

    made = teacher.send("/api/v1/detentions/", body)
    page = f"/behaviour/detentions/{made.json()['id']}/"
    shown, board = text_of(office.get(page)), text_of(office.get("/behaviour/detentions/"))
    stranger = software(make_detention_year(1, name="Vale School").office_user, None)
    foreign = stranger.send(f"/api/v1/detentions/{made.json()['id']}/family-told/", {})
    told = office.post(page, {"act": "told", "reason": "Spoke to the father"})
    after = teacher.get(f"/api/v1/detentions/{made.json()['id']}/").json()

    assert (made.status_code, made.json()["code"], made.json()["state"]) == (200, "nobody_reached", "proposed")
    assert "is not told about this" in made.json()["untold"]
    assert "is not told about this" in shown
    assert "is not told about this" in board
    assert foreign.status_code in (401, 403, 404)
    assert told.status_code == 302
    assert (after["state"], after["scheduled_date"], after["untold"]) == ("scheduled", f"{MONDAY}", "")
    with in_school(year.school):
        office_heard = Notification.objects.filter(template="behaviour.detention_untold")
        assert set(office_heard.values_list("user", flat=True)) >= {year.office_user.pk}
        assert set(Notice.objects.values_list("state", flat=True)) == {"withdrawn"}, "they know already"
        follow_up(year.system)
        assert Detention.objects.get().state == "scheduled"


def test_at_lunch_nobody_waits_for_the_family(year: Year):
    year.kind = year.type("Lunch", when="lunch")
    year.slot(MONDAY)
    told_of_behaviour(year, False)

    assert year.set().detention.state == "scheduled"


def test_whoever_is_of_age_waits_for_nobody(year: Year):
    year.slot(MONDAY)
    told_of_behaviour(year, False)
    with in_school(year.school):
        Person.objects.filter(students=year.students[0]).update(birth_date="2005-01-01")

    assert year.set().detention.state == "scheduled"


def test_once_the_family_can_be_told_it_is_set_by_the_hour(year: Year):
    year.slot(MONDAY)
    told_of_behaviour(year, False)
    row = year.set().detention

    with in_school(year.school):
        follow_up(year.system)
        assert year.now(row).state == "proposed"
        told_of_behaviour_here = GuardianLink.objects.filter(student=year.students[0])
        told_of_behaviour_here.update(told_behaviour=True)
        follow_up(year.system)
        assert (year.now(row).state, year.now(row).untold) == ("scheduled", "")


@pytest.mark.parametrize(("works", "state"), [(True, "rescheduled"), (False, "excused")])
def test_where_every_message_came_back_it_moves_on_or_waits(year: Year, works: bool, state: str):
    year.slot(MONDAY), year.slot(TUESDAY)
    with in_school(year.school):
        person = GuardianLink.objects.get(student=year.students[0]).guardian
        Person.objects.filter(pk=person.pk).update(user=None)
        GuardianLink.objects.filter(student=year.students[0]).update(channels=["email"])
        ContactPoint.objects.create(person=person, kind="email", value="grace@example.org")
    row = year.set().detention
    with in_school(year.school), clock.frozen(datetime(2026, 11, 20, 9, tzinfo=UTC)):
        deliver_notice(Notice.objects.get().pk, actor=year.system)
        assert year.now(row).told_at is not None
        Delivery.objects.update(state=Delivery.State.BOUNCED)
        if not works:
            ContactPoint.objects.filter(person=person).update(failing_since=clock.now())

        follow_up(year.system)
        follow_up(year.system)

        moved = Detention.objects.filter(moved_from=row).first()
        assert year.now(row).state == state
        assert (moved.on if moved else None) == (TUESDAY if works else None)
        assert Notification.objects.filter(template="behaviour.detention_untold").exists() is not works
