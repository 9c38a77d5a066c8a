"""The contact form: bots mail nobody, what a person wrote is not lost, and nobody learns that they are spam."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.journal.models import Fact
from lyceum.domains.notifications.models import Delivery, Provider
from lyceum.domains.notifications.rules.composing import compose
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.models import ContactMessage
from lyceum.domains.website.rules.messages import erase_old_messages, tell_office
from lyceum.domains.website.rules.site import edit_site
from lyceum.domains.website.rules.tokens import new_token
from lyceum.domains.website.tests.making import make_site
from lyceum.testing.clients import Caller, browser, software, stranger
from lyceum.testing.factories import NOW, in_school, make_manager, make_teacher

pytestmark = pytest.mark.django_db
MESSAGE = {
    "name": "Ann Other",
    "email": "ann@mail.example",
    "subject": "A place in year 7",
    "message": "Is there a place for our daughter in September?",
}
CONTACT = "/api/v1/contact-us/"


def token_of(school: School) -> str:
    """A token as somebody has it who typed for a while."""
    with clock.frozen(clock.now() - timedelta(minutes=2)):
        page = stranger(school).get("/contact/").content.decode()
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def posted(school: School, token: str, *, ip: str = "192.0.2.1", **values: str) -> HttpResponse:
    answer: HttpResponse = stranger(school, REMOTE_ADDR=ip).post("/contact/", MESSAGE | {"token": token} | values)
    return answer


def told(school: School) -> int:
    """What the job does that a stored message leaves behind."""
    with in_school(school):
        facts = Fact.objects.filter(type="website.contact_received").order_by("at", "pk")
        return sum(tell_office(fact.payload["message"], actor=system_actor(school.pk)) for fact in facts)


@pytest.fixture
def site(school: School) -> School:
    make_site(school)
    with in_school(school):
        edit_site(values={"contact_recipients": ["office@hill.example"]}, actor=system_actor(school.pk))
    return school


@pytest.fixture
def by_day() -> Iterator[None]:
    """At night nobody is told anything before the morning."""
    with clock.frozen(NOW):
        yield


def test_a_hundred_bots_mail_nobody_and_one_person_is_heard_once_although_the_mail_server_is_down(by_day, site):
    with in_school(site):
        Provider.objects.create(channel="email", kind="smtp", sender="s@hill.example", rank=1,
                                settings={"host": "127.0.0.1", "port": 9})  # fmt: skip
    with in_school(site), clock.frozen(clock.now() - timedelta(minutes=2)):
        tokens = [new_token("contact") for _bot in range(100)]
    answers = [posted(site, tokens[n], ip=f"198.51.100.{n}", website="http://x", email=f"b{n}@x.example",
                      message=f"Cheap backlinks number {n}") for n in range(100)]  # fmt: skip
    human = posted(site, token_of(site))

    assert {(each.status_code, each["Location"]) for each in [*answers, human]} == {(303, "/contact/thanks/")}
    assert told(site) == 1
    assert told(site) == 0  # the job may run twice
    send_due(site.pk)
    with in_school(site):
        assert ContactMessage.objects.filter(state="spam").count() == 100
        assert [each.subject for each in ContactMessage.objects.exclude(state="spam")] == ["A place in year 7"]
        (delivery,) = Delivery.objects.all()
        assert (delivery.address, delivery.state, delivery.attempts) == ("office@hill.example", "queued", 1)
        Provider.objects.all().delete()
        Delivery.objects.update(not_before=clock.now())
    send_due(site.pk)
    send_due(site.pk)
    with in_school(site):
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == ("sent", 2)


def test_the_mail_comes_from_the_school_and_is_answered_to_the_writer(site):
    stranger(site).send(CONTACT, MESSAGE)
    told(site)

    with in_school(site):
        mail = compose(Delivery.objects.select_related("notification").get(), site)
    assert (mail.reply_to, mail.to, mail.sender_name) == ("ann@mail.example", "office@hill.example", "Hill School")
    assert mail.subject == "Message from Ann Other: A place in year 7"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"subject": "Hello\r\nBcc: all@school.example"}, "/subject"),
        ({"name": "Ann\nX: y"}, "/name"),
        ({"email": "ann@mail.example\nBcc: x@y.example"}, "/email"),
        ({"email": "nobody"}, "/email"),
        ({"message": "short"}, "/message"),
        ({"name": " "}, "/name"),
    ],
)
def test_what_cannot_be_sent_is_refused_beside_the_field_and_what_was_typed_stays(site, values, pointer):
    by_rest = stranger(site).send(CONTACT, MESSAGE | values)
    by_page = posted(site, token_of(site), **values)

    assert (by_rest.status_code, by_page.status_code) == (422, 422)
    assert by_rest.json()["errors"][0]["pointer"].removeprefix("/body") == pointer
    page = by_page.content.decode()
    assert f'id="{pointer[1:]}-error"' in page
    assert "There is a problem" in page
    assert "A place in year 7" in page or pointer == "/subject"
    with in_school(site):
        assert not ContactMessage.objects.exists()


def test_a_token_is_good_once_after_three_seconds_and_for_a_day(site):
    token = token_of(site)
    with clock.frozen(clock.now() - timedelta(seconds=119)):
        early = posted(site, token)
    with clock.frozen(clock.now() + timedelta(hours=25)):
        late = posted(site, token)
    forged = posted(site, token[:-2] + "xx")
    other = posted(School.objects.get(name="Oak School"), token)
    first, again = posted(site, token), posted(site, token)

    assert (early.status_code, early["Retry-After"], late.status_code, forged.status_code) == (429, "3", 422, 422)
    assert other.status_code == 404  # it has no site
    assert (first.status_code, again.status_code) == (303, 422)
    assert "Ann Other" in early.content.decode()
    with in_school(site):
        assert ContactMessage.objects.count() == 1


def test_too_many_from_one_address_wait(site):
    answers = [stranger(site).send(CONTACT, MESSAGE | {"email": f"a{n}@x.example", "message": f"Message number {n}"})
               for n in range(11)]  # fmt: skip
    mine = [stranger(site, REMOTE_ADDR=f"203.0.113.{n}").send(CONTACT, MESSAGE | {"message": f"Another message {n}"})
            for n in range(4)]  # fmt: skip

    assert [each.status_code for each in answers] == [201] * 10 + [429]
    assert answers[0].json() == answers[9].json()
    assert [each.status_code for each in mine] == [201] * 3 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600


@pytest.fixture
def office(school: School) -> Caller:
    return software(make_manager(school, "Website"), school)


def test_the_office_answers_assigns_and_sorts_out_spam(school, office):
    stranger(school).send(CONTACT, MESSAGE)
    spam = {"message": "Best casino https://a.example https://b.example", "email": "c@d.example"}
    thanks = stranger(school).send(CONTACT, MESSAGE | spam)
    assert "spam" not in thanks.content.decode()
    (seen,) = office.get("/api/v1/contact-messages/").json()["items"]
    (kept,) = office.get("/api/v1/contact-messages/?status=spam").json()["items"]
    path = f"/api/v1/contact-messages/{seen['id']}/"

    assert kept["spam_reasons"] == ["links", "words"]
    assert software(make_teacher(school), school).get(path).status_code == 403
    assert stranger(school).get(path).status_code == 401
    answered = office.send(f"{path}reply/", {"body": "Yes, there is one."})
    assert (answered.status_code, answered.json()["status"]) == (200, "answered")
    with in_school(school):
        delivery = Delivery.objects.select_related("notification").get()
        mail = compose(delivery, school)
    assert (mail.to, mail.subject) == ("ann@mail.example", "Answer to: A place in year 7")
    assert "Yes, there is one." in mail.text
    refused = office.send(f"/api/v1/contact-messages/{kept['id']}/reply/", {"body": "No."})
    assert (refused.status_code, refused.json()["code"]) == (409, "message_state")
    assert office.send(f"/api/v1/contact-messages/{kept['id']}/not-spam/").json()["status"] == "open"
    assert office.send(f"{path}close/").json()["status"] == "closed"
    assert office.send(f"{path}spam/").json()["status"] == "spam"
    oak = School.objects.get(name="Oak School")
    assert software(make_manager(oak, "Website"), oak).get(path).status_code == 404


def test_spam_is_erased_after_thirty_days_and_every_message_after_a_year(school):
    with in_school(school):
        for days, state in ((29, "spam"), (31, "spam"), (364, "closed"), (366, "closed")):
            row = ContactMessage.objects.create(name=str(days), email="a@b.example", subject="s", body="b", state=state)
            ContactMessage.objects.filter(pk=row.pk).update(created_at=clock.now() - timedelta(days=days))

        assert erase_old_messages() == 2
        assert sorted(ContactMessage.objects.values_list("name", flat=True)) == ["29", "364"]


def test_a_browser_that_is_signed_in_writes_as_everybody_does(site):
    caller = browser(make_manager(site, "Website", name="Zoe Officer"), site, SERVER_NAME=f"{site.slug}.testserver")
    caller.demand_proof()

    answer = caller.post("/contact/", MESSAGE | {"token": token_of(site)})

    assert (answer.status_code, dict(answer.cookies)) == (303, {})
    assert "Zoe" not in caller.get("/contact/").content.decode()
