"""Registering at a school: an account, an applicant, a mail; and nothing told about anybody else."""

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import EmailAddress, Membership, User
from lyceum.domains.notifications.models import Delivery
from lyceum.testing.clients import bearer, browser, software, stranger
from lyceum.testing.factories import in_school, make_school, make_user
from lyceum.testing.pages import text_of

PATH = "/api/v1/register/"
NEW = {"email": "Ana@Example.org", "password": "seven green tall horses", "first_name": "Ana", "last_name": "Lund"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return make_school()


def deliveries(school):
    with in_school(school):
        return list(Delivery.objects.select_related("notification").order_by("pk"))


def test_a_stranger_becomes_an_applicant_with_tokens_and_a_mail(school):
    answer = stranger(school).send(PATH, NEW)

    got = answer.json()
    assert (answer.status_code, got["roles"], got["school"]["slug"]) == (201, ["applicant"], school.slug)
    assert got["profile"] == {
        "full_name": "Ana Lund", "first_name": "Ana", "last_name": "Lund", "email": "ana@example.org",
        "email_verified": False, "username": None, "language": "",
    }  # fmt: skip
    (mail,) = deliveries(school)
    assert (mail.address, mail.state, mail.subject) == ("ana@example.org", "queued", "Welcome to Hill School")
    assert mail.link.startswith("/verify-email/")
    assert NEW["password"] not in mail.text + mail.link
    assert bearer(got["access"]).get("/api/v1/profile/").json()["roles"] == ["applicant"]


def test_the_link_shows_that_the_address_is_its_readers(school):
    stranger(school).send(PATH, NEW)
    link = deliveries(school)[0].link

    looked = stranger(school).get(link)
    before = EmailAddress.objects.get().verified_at
    pressed = stranger(school).post(link)
    again = stranger(school).send("/api/v1/auth/verify-email/", {"token": link.split("/")[2]})

    assert "Press the button" in text_of(looked)
    assert (before, pressed.status_code, again.status_code) == (None, 302, 200)
    assert EmailAddress.objects.get().verified_at is not None
    spoilt = stranger(school).send("/api/v1/auth/verify-email/", {"token": link.split("/")[2] + "x"})
    assert (spoilt.status_code, spoilt.json()["code"]) == (410, "link_expired")


def test_who_lost_the_mail_asks_for_another_on_their_account_page_until_they_followed_one(school):
    stranger(school).send(PATH, NEW)
    page = browser(User.objects.get(full_name="Ana Lund"), school)

    shown = text_of(page.get("/account/"))
    answers = [page.post("/account/", {"act": "link"}).status_code for _n in range(4)]
    sent = [(each.address, each.subject) for each in deliveries(school)]
    stranger(school).post(deliveries(school)[-1].link)

    assert "Follow the link that we sent to ana@example.org" in shown
    assert answers == [302, 302, 302, 429]
    assert sent == [("ana@example.org", "Welcome to Hill School")] * 4
    assert "Send the link again" not in text_of(page.get("/account/"))
    assert page.post("/account/", {"act": "link"}).status_code == 302
    assert len(deliveries(school)) == 4
    for role in (Role.SCHOOL_ADMIN, Role.TEACHER):
        assert browser(make_user(school, role), school).post("/account/", {"act": "link"}).status_code == 403


def test_a_known_address_is_answered_like_an_unknown_one_and_its_owner_is_told(school):
    owner = make_user(school, Role.GUARDIAN, name="Olga Owner", email="ana@example.org")

    known = stranger(school).send(PATH, NEW)
    unknown = stranger(school).send(PATH, NEW | {"email": "bo@example.org"})

    assert (known.status_code, unknown.status_code) == (201, 201)
    assert {**known.json()["profile"], "email": ""} == {**unknown.json()["profile"], "email": ""}
    assert known.json().keys() == unknown.json().keys()
    assert [len(v) for v in (known.json()["roles"], unknown.json()["roles"])] == [1, 1]
    told = {mail.address: (mail.subject, mail.link) for mail in deliveries(school)}
    assert told["ana@example.org"] == ("You have an account already", "/sign-in/")
    assert told["bo@example.org"][0] == "Welcome to Hill School"
    assert User.objects.get(pk=known.json()["user"]["id"]) != owner
    assert list(Membership.objects.filter(user=owner).values_list("role", flat=True)) == ["guardian"]


def test_the_statements_are_as_many_for_a_known_address_as_for_an_unknown_one(school, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_user(school, Role.GUARDIAN, email="ana@example.org")
    counts = []
    for email in ("warm@example.org", "ana@example.org", "bo@example.org"):
        with CaptureQueriesContext(connection) as queries:
            stranger(school).send(PATH, NEW | {"email": email})
        counts.append(len(queries))

    assert counts[1] == counts[2]


def test_two_accounts_with_one_address_are_never_both_verified(school):
    for _n in range(2):
        stranger(school).send(PATH, NEW)
    one, other = (mail.link for mail in deliveries(school))

    first, second = stranger(school).post(one), stranger(school).post(other)

    assert (first.status_code, second.status_code) == (302, 422)
    assert EmailAddress.objects.filter(verified_at__isnull=False).count() == 1


def test_who_is_signed_in_cannot_register_anew(school):
    user = make_user(school, Role.APPLICANT)

    answer = software(user, school).send(PATH, NEW)
    page = browser(user, school).get("/register/")

    assert (answer.status_code, answer.json()["code"]) == (403, "already_registered")
    assert (page.status_code, page["Location"]) == (302, "/apply/")


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"password": "short"}, 422, "/password"),
        ({"password": "password1234"}, 422, "/password"),  # of the lists
        ({"email": "nobody"}, 422, "/email"),
        ({"email": ""}, 422, "/email"),
        ({"first_name": "  "}, 422, "/first_name"),
        ({"username": "a b"}, 422, "/username"),
        ({"school": "no-such-school"}, 404, None),
    ],
)
def test_what_is_wrong_is_refused_beside_its_field(school, change, status, pointer):
    answer = stranger(school).send(PATH, NEW | change)

    assert answer.status_code == status
    assert pointer is None or pointer in [each["pointer"] for each in answer.json()["errors"]]
    assert not EmailAddress.objects.exists()


def test_a_taken_user_name_is_refused_with_free_ones(school):
    make_user(school, Role.STUDENT, username="ana")

    answer = stranger(school).send(PATH, NEW | {"username": "ana"})

    assert (answer.status_code, answer.json()["code"], len(answer.json()["free"])) == (422, "username_taken", 3)


def test_a_user_name_of_another_school_is_free_here_and_the_field_names_the_school(school):
    make_user(school, Role.STUDENT, username="ana")
    other = make_school("Dale School")

    answer = stranger(school).send(PATH, NEW | {"username": "ana", "school": other.slug})

    assert (answer.status_code, answer.json()["school"]["slug"]) == (201, other.slug)
    assert list(Membership.objects.filter(role="applicant").values_list("school", flat=True)) == [other.pk]


def test_the_fourth_registration_of_an_address_within_an_hour_waits(school):
    statuses = [stranger(school).send(PATH, NEW).status_code for _n in range(4)]

    assert statuses == [201, 201, 201, 429]


def test_the_page_keeps_what_was_typed_and_signs_in(school):
    client = stranger(school)

    wrong = client.post("/register/", {"first_name": "Ana", "email": "ana@example.org", "password": "short"})
    right = client.post("/register/", {"first_name": "Ana", "email": "ana@example.org", "password": NEW["password"]})

    assert wrong.status_code == 422
    assert 'value="ana@example.org"' in wrong.content.decode()
    assert (right.status_code, right["Location"]) == (302, "/apply/")
    assert client.get("/register/")["Location"] == "/apply/"
