"""The ten steps from visitor to alumnus by software alone; the dashboard says after each where somebody is."""

from io import BytesIO
from typing import Any

import pytest

from lyceum.domains.academics.tests.rolling import work
from lyceum.domains.learning.tests.certificates.test_verifying import verify_outside
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.reports.tests.making import PASSWORD, PDF, make_open_school
from lyceum.testing.clients import Caller, bearer, software, stranger
from lyceum.testing.factories import in_school

pytestmark = pytest.mark.django_db
API = "/api/v1/"


def said(answer: Any, status: int = 200) -> Any:
    """What was answered, with the status that was expected."""
    assert answer.status_code == status, answer.content
    return answer.json()


def current(caller: Caller) -> str:
    """The step at which somebody is, by their dashboard."""
    journey = said(caller.get(f"{API}students/me/dashboard/"))["journey"]
    (step,) = (each for each in journey["steps"] if each["state"] == "current")
    assert journey["current"] == step["key"]
    return str(step["key"])


def test_somebody_comes_from_visitor_to_alumnus_by_software_alone():
    place = make_open_school()
    visitor, office = stranger(place.school), software(place.admin, place.school)
    teacher = software(place.teacher, place.school)

    # 1 discovery
    (course,) = said(visitor.get(f"{API}courses/"))["items"]
    assert said(visitor.get(f"{API}courses/{course['id']}/"))["name"] == "Welding"
    (intake,) = [each for each in said(visitor.get(f"{API}intakes/"))["items"] if each["name"] == "Autumn"]

    # 2 registration
    new = {"email": "nell@example.org", "password": PASSWORD, "first_name": "Nell", "last_name": "New"}
    me = bearer(said(visitor.send(f"{API}register/", new), 201)["access"])
    assert current(me) == "registration"
    with in_school(place.school):
        token = Delivery.objects.get(address="nell@example.org").link.rstrip("/").rpartition("/")[2]
    said(visitor.send(f"{API}auth/verify-email/", {"token": token}))
    assert current(me) == "application"

    # 3 application
    entered = {"birth_date": "1990-05-01", "intake": intake["id"], "courses": [course["id"]], "for_self": True}
    applied = said(me.send(f"{API}students/", entered), 201)
    one = f"{API}applications/{applied['id']}/"
    file = BytesIO(PDF)
    file.name = "passport.pdf"
    said(me.post(f"{one}documents/{applied['documents'][0]['id']}/file/", {"file": file}), 201)
    assert current(me) == "review"

    # 4 review
    said(office.send(f"{one}start-review/", {}))
    (step,), (document,) = applied["steps"], applied["documents"]
    said(office.send(f"{one}steps/{step['step_id']}/", {"status": "completed"}, method="patch"))
    said(office.send(f"{one}documents/{document['id']}/", {"status": "verified"}, method="patch"))
    assert current(me) == "review"

    # 5 approval
    said(office.send(f"{one}approve/", {"message": "Welcome"}))
    assert said(me.get(f"{API}students/me/application-status/"))["status"] == "approved"
    assert current(me) == "enrolment"

    # 6 enrolment
    said(me.send(f"{API}students/me/enroll/{place.run.pk}/"), 201)
    assert current(me) == "learning"

    # 7 learning
    (mine,) = said(me.get(f"{API}students/me/courses/"))["items"]
    said(me.send(f"{API}lessons/{mine['next_lesson']['id']}/opened/"))
    assert current(me) == "engagement"
    said(me.send(f"{API}lessons/{mine['next_lesson']['id']}/done/"))

    # 8 engagement
    (event,) = said(me.get(f"{API}events/"))["items"]
    assert said(me.send(f"{API}events/{event['id']}/register/"))["state"] == "accepted"
    assert current(me) == "completion"

    # 9 completion: the last lesson is done when its work is accepted
    (due,) = said(me.get(f"{API}students/me/dashboard/"))["due"]
    assert due["title"] == "A seam"
    said(me.send(f"{API}assignments/{place.work}/submission/submit/", {"text": "Straight"}))
    (handed_in,) = said(teacher.get(f"{API}assignments/{place.work}/submissions/"))["items"]
    said(teacher.send(f"{API}submissions/{handed_in['id']}/grade/", {"grade": 90}))
    said(teacher.send(f"{API}submissions/{handed_in['id']}/accept/"))
    assert current(me) == "alumni"
    assert "learning.issue_certificate" in work()
    (certificate,) = said(me.get(f"{API}students/me/certificates/"))
    credential = me.get(f"{API}certificates/{certificate['id']}/credential/").content.decode()
    assert verify_outside(credential).achievement.name == "Welding"
    checked = said(visitor.get(f"{API}certificates/verify/{certificate['code']}/"))
    assert (checked["status"], checked["signature_is_valid"]) == ("valid", True)

    # 10 alumni
    written = {"headline": "Welder", "consents": True, "submit": True}
    profile = said(me.send(f"{API}alumni/me/", written, method="put"))
    story = said(
        me.send(f"{API}alumni/me/stories/", {"title": "My first seam", "body": "It held, to my surprise."}), 201
    )
    assert current(me) == "alumni"
    said(office.send(f"{API}alumni/{profile['id']}/", {"status": "published"}, method="patch"))
    said(office.send(f"{API}alumni-stories/{story['id']}/", {"status": "published"}, method="patch"))
    (read,) = said(visitor.get(f"{API}alumni/"))["items"]
    assert (read["name"], [each["title"] for each in read["stories"]]) == ("Nell New", ["My first seam"])
    journey = said(me.get(f"{API}students/me/dashboard/"))["journey"]
    assert {each["state"] for each in journey["steps"]} == {"done"}
    assert (journey["current"], journey["sentence"]) == ("", "You are among our alumni.")
