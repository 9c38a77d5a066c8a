"""A parent is kept from one of two children: by no way, in no list, on no page, and not through the other child."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance.models import CaseTry
from lyceum.domains.attendance.rules.cases.asking import ask_those_due, reply_link
from lyceum.domains.attendance.rules.cases.opening import open_cases
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.behaviour.models import IncidentType, Notice
from lyceum.domains.behaviour.rules.notices import deliver_notice
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.people.contacts_for import Purpose, contacts_for
from lyceum.domains.people.models import ContactPoint, Person, Student
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.families import create_family
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import guardian_of, in_school, make_guardian, make_manager, make_student

pytestmark = pytest.mark.django_db
CLOSED = datetime(2026, 11, 20, 9, 20, tzinfo=UTC)


@dataclass
class Home:
    """Kim and Ola are sister and brother; their father reads and is asked first, then their mother."""

    morning: Morning
    kim: Student
    ola: Student
    father: User
    father_person: Person
    mother_person: Person


@pytest.fixture
def home() -> Home:
    with clock.frozen(CLOSED):
        morning = make_morning(2)
        school = morning.school
        kim, ola = (make_student(school, morning.form, name=name) for name in ("Kim Kept", "Ola Open"))
        father = guardian_of(kim, name="Finn Father", username="finn")
        mother = make_guardian(kim, name="Mona Mother", channels=("email",), portal="none").guardian
        with in_school(school):
            person = Person.objects.get(user=father)
            of_both = NewGuardian(
                ola.pk, "father", person_id=person.pk, portal="full", parental_responsibility="yes", confirm_new=True
            )
            add_guardians([of_both], actor=system_actor(school.pk))
            person.guardian_links.update(channels=["email"])
            for each, value in ((person, "finn@example.org"), (mother, "mona@example.org")):
                ContactPoint.objects.create(person=each, kind="email", value=value, preferred=True)
            create_family(name="Family", students=[kim.pk, ola.pk], actor=system_actor(school.pk))
        return Home(morning, kim, ola, father, person, mother)


def happen(home: Home) -> None:
    """This morning Kim is away without a word, and last week's trouble is told of."""
    morning = home.morning
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(home.kim.pk, "N")], rest="present", actor=morning.teacher)
        open_cases(TODAY)
        kind = IncidentType.objects.get(code="disruption")
        new = NewIncident(kind.pk, [NewPart(home.kim.pk)], is_another=True)
        record_incident(new, actor=morning.teacher)
    with clock.frozen(CLOSED.replace(minute=21)), in_school(morning.school):
        for notice in Notice.objects.all():
            deliver_notice(notice.pk, actor=system_actor(morning.school.pk))


def states(home: Home) -> dict[str, set[str]]:
    with in_school(home.morning.school):
        rows = Delivery.objects.filter(notification__about_student=home.kim.pk).values_list("address", "state")
        found: dict[str, set[str]] = {}
        for address, state in rows:
            found.setdefault(address, set()).add(state)
        return found


def keep_away(home: Home) -> None:
    lead = browser(make_manager(home.morning.school, "Safeguarding lead"), home.morning.school)
    page = f"/students/{home.kim.pk}/restrictions/"
    answer = lead.post(page, {"person": str(home.father_person.pk), "kinds": ["no_contact", "no_information"]})
    assert answer.status_code == 302


def test_what_waits_is_withdrawn_and_whoever_comes_next_is_asked(home: Home):
    with clock.frozen(CLOSED):
        happen(home)
        assert states(home)["finn@example.org"] <= {"queued", "held"}

        keep_away(home)

        assert states(home)["finn@example.org"] == {"withdrawn"}
    with clock.frozen(CLOSED.replace(hour=10)), in_school(home.morning.school):
        ask_those_due(actor=system_actor(home.morning.school.pk))
        assert CaseTry.objects.latest("at").name == "Mona Mother"
        assert Delivery.objects.filter(state__in=("queued", "held")).exclude(address="mona@example.org").count() == 0


def test_no_purpose_reaches_a_parent_who_is_kept_away(home: Home):
    with clock.frozen(CLOSED):
        keep_away(home)
        with in_school(home.morning.school):
            system = system_actor(home.morning.school.pk)
            told = {
                purpose: [
                    c.name for c in contacts_for(home.kim.pk, purpose=purpose, day=TODAY, actor=system) if c.is_told
                ]
                for purpose in Purpose
            }

    assert {name for names in told.values() for name in names} == {"Mona Mother"}


def test_the_portal_shows_the_sister_to_no_one_kept_from_her_not_even_by_her_brother(home: Home):
    with clock.frozen(CLOSED):
        happen(home)
        keep_away(home)
        school = home.morning.school
        page, api = browser(home.father, school), software(home.father, school)
        kim, ola = home.kim.pk, home.ola.pk

        for path in (
            f"/students/{kim}/",
            f"/students/{kim}/sessions/",
            f"/students/{kim}/behaviour/",
            f"/students/{kim}/absences/new/",
            f"/api/v1/students/{kim}/",
            f"/api/v1/students/{kim}/attendance/",
            f"/api/v1/students/{kim}/contacts/?purpose=absence",
            f"/api/v1/students/{kim}/timeline/",
        ):
            caller = api if path.startswith("/api/") else page
            assert caller.get(path).status_code in (403, 404), path
        for path in ("/today/", f"/students/{ola}/", "/notifications/", "/search/?q=Kim", "/my-record/"):
            answer = page.get(path)
            assert "Kim Kept" not in answer.content.decode(), path
        assert page.get(f"/students/{ola}/").status_code == 200
        for query in ("{ students { edges { node { fullName } } } }", "{ absenceCases { edges { node { id } } } }"):
            assert "Kim" not in api.send("/graphql/", {"query": query}).content.decode()
        summary = api.get(f"/api/v1/attendance/summary/?student={kim}&from=2026-11-01&to=2026-11-20").json()
        assert (summary["students"], summary["total"]["possible"]) == ([], 0)
        with in_school(school):
            mine = Notification.objects.filter(user=home.father.pk, about_student=kim)
            assert mine.exists()
            assert not mine.filter(withdrawn_at=None).exists()


def test_the_link_that_was_sent_before_opens_no_longer(home: Home):
    with clock.frozen(CLOSED):
        happen(home)
        with in_school(home.morning.school):
            case = CaseTry.objects.select_related("case").get().case
            link = reply_link(case, home.father_person.pk)
        nobody = browser(home.father, home.morning.school)
        assert nobody.get(link).status_code == 200

        keep_away(home)

        assert nobody.get(link).status_code == 410


def test_lists_that_leave_the_house_name_the_parent_for_the_brother_alone(home: Home):
    with clock.frozen(CLOSED):
        keep_away(home)
        school = home.morning.school
        office, lead = (browser(make_manager(school, name), school) for name in ("Office", "Safeguarding lead"))
        lines = office.post("/students/", {"export": "csv"}).content.decode().splitlines()
        rows = {name: line for line in lines for name in ("Kim Kept", "Ola Open") if name in line}
        shown = {who: who.get(f"/students/{home.kim.pk}/").content.decode() for who in (office, lead)}

    assert ("finn@example.org" in rows["Ola Open"], "mona@example.org" in rows["Kim Kept"]) == (True, True)
    assert "Finn" not in rows["Kim Kept"]
    # Whoever calls does not find him; whoever may know of it finds that he is kept away.
    assert "finn@example.org" not in shown[office]
    assert "kept away" in shown[lead]
