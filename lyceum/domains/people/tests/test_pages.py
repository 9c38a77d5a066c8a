"""Adding a guardian by page: responsibility and restrictions are asked first."""

import pytest

from lyceum.core import clock
from lyceum.domains.people.models import ContactRestriction, GuardianLink
from lyceum.testing.clients import browser
from lyceum.testing.factories import NOW, in_school, make_admin, make_manager, make_school, make_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def setting(*sets):
    school = make_school()
    student = make_student(school)
    user = make_manager(school, *sets) if sets else make_admin(school)
    return school, student, browser(user, school), f"/students/{student.pk}/guardians/new/"


def links(school):
    with in_school(school):
        return list(GuardianLink.objects.select_related("guardian"))


def test_a_guardian_is_added_with_what_was_asked():
    school, student, office, path = setting("Office")

    answer = office.post(
        path,
        {
            "full_name": "Amy",
            "relationship": "mother",
            "parental_responsibility": "yes",
            "phone": "07700 900111",
            "lives_with": "full",
            "emergency": "1",
            "told": ["absence", "fees"],
            "channels": ["sms"],
            "portal": "full",
        },
    )

    (link,) = links(school)
    assert answer["Location"] == f"/students/{student.pk}/"
    assert (str(link.guardian), link.relationship, link.parental_responsibility) == ("Amy", "mother", "yes")
    assert (link.lives_with, link.emergency, link.may_collect, link.portal) == ("full", True, False, "full")
    assert (link.told_absence, link.told_fees, link.told_reports, link.channels) == (True, True, False, ["sms"])


def test_responsibility_and_restrictions_come_before_the_name():
    _school, _student, admin, path = setting()
    page = admin.get(path).content.decode()

    places = [page.index(f'name="{name}"') for name in ("parental_responsibility", "restrictions", "full_name")]
    assert places == sorted(places)


def test_somebody_who_is_kept_from_the_student_is_restricted_from_the_first_moment():
    school, student, admin, path = setting()
    form = {"full_name": "Gus", "relationship": "father", "restrictions": ["no_contact"], "order_reference": "F 1/26"}

    refused = admin.post(path, form | {"portal": "view"})
    added = admin.post(path, form)

    (link,) = links(school)
    with in_school(school):
        restriction = ContactRestriction.objects.get()
    assert (refused.status_code, added.status_code) == (422, 302)
    assert (restriction.student_id, restriction.person_id) == (student.pk, link.guardian_id)
    assert (restriction.kinds, restriction.order_reference) == (["no_contact"], "F 1/26")


def test_the_office_is_told_to_ask_the_safeguarding_lead_and_cannot_restrict():
    school, _student, office, path = setting("Office")
    page = office.get(path).content.decode()

    answer = office.post(path, {"full_name": "Gus", "relationship": "father", "restrictions": ["no_contact"]})

    assert "ask the safeguarding lead before you go on" in page
    assert 'name="restrictions"' not in page
    assert (answer.status_code, links(school)) == (403, [])


def test_a_refusal_keeps_what_was_typed_and_ticked():
    school, _student, admin, path = setting()

    answer = admin.post(
        path, {"full_name": "Gus", "relationship": "uncle", "portal": "full", "channels": ["push"], "told": ["fees"]}
    )

    page = answer.content.decode()
    assert (answer.status_code, links(school)) == (422, [])
    assert 'value="Gus"' in page
    assert '<input type="checkbox" name="channels" value="push" checked>' in page
    assert '<input type="checkbox" name="told" value="absence">' in page
    assert 'id="portal-error"' in page
