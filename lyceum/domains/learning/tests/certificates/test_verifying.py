"""A stranger checks a certificate: by page, JSON, GraphQL, by a typed name, and with a library that is not ours."""

import hashlib
import json
import urllib.request
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from django.db import connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from lyceum.api.tests.live.serving import serving
from lyceum.core import clock
from lyceum.domains.learning.models import Certificate, IssuerKey
from lyceum.domains.learning.rules.certificates.issuing import reissue_certificate
from lyceum.domains.learning.rules.certificates.keys import rotate_key
from lyceum.domains.learning.rules.certificates.names import set_name_visibility
from lyceum.domains.learning.rules.certificates.refusals import GuardianDecidesError
from lyceum.domains.learning.rules.certificates.revoking import distrust_key, revoke_certificate
from lyceum.domains.learning.tests.certificates.conftest import make_certifying
from lyceum.testing.clients import browser, nobody, software
from lyceum.testing.factories import as_actor, in_school, make_school
from lyceum.testing.pages import text_of

VERIFY = "/api/v1/certificates/verify/"


def path_of(url: str) -> str:
    return "/" + url.split("://", 1)[1].split("/", 1)[1]


def fetch(url: str) -> bytes:
    """What the installation answers at an address of a credential, whatever its host was once."""
    answer = nobody(SERVER_NAME="anywhere.example").get(path_of(url))
    assert answer.status_code == 200, (url, answer.content)
    return answer.content


def verify_outside(token: str, download=fetch):
    """Verify with another library, from the public addresses alone."""
    kid = jwt.get_unverified_header(token)["kid"]
    key = jwt.PyJWK(json.loads(download(kid))).key
    return OB3Verifier(key).verify(token, check_status=True, download=download)


def page_of(certificate) -> str:
    return text_of(nobody().get(f"/verify/{certificate.code}/"))


def altered(token: str) -> list[str]:
    """The token with one byte changed: in its head, in what it says, in its signature."""
    head, said, signature = token.split(".")
    swap = lambda text, at: text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]  # noqa: E731
    return [
        ".".join((swap(head, 10), said, signature)),
        ".".join((head, swap(said, 200), signature)),
        ".".join((head, said, swap(signature, 100))),
    ]


def test_another_library_verifies_the_credential_and_both_badges(certifying):
    certificate = certifying.certify(certifying.adult)
    owner = software(certifying.users["adult"], certifying.school)
    one = f"/api/v1/certificates/{certificate.pk}/"

    found = verify_outside(certificate.credential)
    png = OB3Verifier.extract_token_from_png(owner.get(f"{one}badge.png").content)
    svg = OB3Verifier.extract_token_from_svg(owner.get(f"{one}badge.svg").content)

    assert png == svg == certificate.credential
    assert (found.achievement.name, found.issuer.name) == ("First aid", "Hill School")
    assert found.recipient_id.startswith("urn:uuid:")
    said = jwt.decode(certificate.credential, options={"verify_signature": False})
    assert said["iss"] == said["issuer"]["id"]
    assert said["jti"] == said["id"]
    assert said["sub"] == said["credentialSubject"]["id"]
    assert datetime.fromtimestamp(said["nbf"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ") == said["validFrom"]
    assert "Álvarez" not in json.dumps(said, ensure_ascii=False)
    assert json.loads(fetch(said["iss"]))["id"] == said["iss"]
    assert json.loads(fetch(said["credentialSubject"]["achievement"]["id"]))["name"] == "First aid"


def test_one_changed_byte_fails_outside_and_says_not_genuine_here(certifying):
    certificate = certifying.certify(certifying.adult)
    assert "This certificate is valid" in page_of(certificate)

    for token in altered(certificate.credential):
        with pytest.raises((OB3VerificationError, jwt.PyJWTError, ValueError, KeyError, AssertionError)):
            verify_outside(token)
        with in_school(certifying.school):
            Certificate.objects.filter(pk=certificate.pk).update(credential=token)
        assert "This certificate is not genuine" in page_of(certificate)
        answer = nobody().get(f"{VERIFY}{certificate.code}/").json()
        assert (answer["status"], answer["signature_is_valid"]) == ("not_genuine", False)


def test_a_row_that_says_something_else_than_what_was_signed_is_found_out(certifying):
    certificate = certifying.certify(certifying.adult)
    with in_school(certifying.school):
        Certificate.objects.filter(pk=certificate.pk).update(course_name="Brain surgery")

    assert "This certificate is not genuine" in page_of(certificate)


def test_a_revoked_certificate_shows_on_its_page_at_once_and_in_the_status_list(certifying):
    certificate, other = certifying.certify(certifying.adult), certifying.certify(certifying.child)
    with in_school(certifying.school):
        revoke_certificate(certificate.pk, reason_code="misconduct", reason="Copied from Z", actor=certifying.system)

    page = page_of(certificate)
    assert "This certificate was revoked" in page
    assert "the course was not completed honestly" in page
    assert "Copied from Z" not in page
    assert nobody().get(f"{VERIFY}{certificate.code}/").json()["reason_code"] == "misconduct"
    with pytest.raises(OB3VerificationError, match="revocation"):
        verify_outside(certificate.credential)
    verify_outside(other.credential)


def test_a_replaced_certificate_leads_to_the_new_one_and_an_expired_one_says_so(certifying):
    with in_school(certifying.school):
        certifying.course.completion_policy = {"certificate_valid_days": 30}
        certifying.course.save()
    old = certifying.certify(certifying.adult)
    with in_school(certifying.school):
        new = reissue_certificate(old.pk, actor=certifying.system)

    assert "This certificate was replaced" in page_of(old)
    assert f'href="/verify/{new.code}/"' in nobody().get(f"/verify/{old.code}/").content.decode()
    assert nobody().get(f"{VERIFY}{old.code}/").json()["superseded_by"] == new.code
    with pytest.raises(OB3VerificationError, match="revocation"):
        verify_outside(old.credential)
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert "This certificate has expired" in page_of(new)


def test_a_certificate_of_before_a_rotation_and_a_change_of_address_still_verifies(certifying):
    with override_settings(PUBLIC_URL="https://old.example"):
        first = certifying.certify(certifying.adult)
        with in_school(certifying.school):
            rotate_key(actor=certifying.system)
        second = certifying.certify(certifying.child)
    with override_settings(PUBLIC_URL="https://new.example"), in_school(certifying.school):
        third = reissue_certificate(second.pk, actor=certifying.system)

        verify_outside(first.credential)
        verify_outside(third.credential)
        kids = [jwt.get_unverified_header(each.credential)["kid"] for each in (first, second, third)]
    assert [kid.rpartition("/ob/")[0] for kid in kids] == ["https://old.example"] * 2 + ["https://new.example"]
    assert len(set(kids)) == 3
    with in_school(certifying.school):
        assert IssuerKey.objects.filter(status="active").count() == 1
    old = jwt.decode(first.credential, options={"verify_signature": False})
    assert old["iss"] == jwt.decode(second.credential, options={"verify_signature": False})["iss"]
    address = old["credentialSubject"]["achievement"]["id"]
    assert json.loads(nobody(SERVER_NAME="old.example").get(path_of(address)).content)["id"] == address
    assert page_of(first).startswith("Check a certificate")


def test_what_a_distrusted_key_signed_is_signed_anew_and_the_old_token_fails(certifying):
    certificate = certifying.certify(certifying.adult)
    old = certificate.credential
    with in_school(certifying.school):
        assert distrust_key(certificate.key.kid, actor=certifying.system) == 1
        certificate.refresh_from_db()

    assert certificate.credential != old
    verify_outside(certificate.credential)
    assert "This certificate is valid" in page_of(certificate)
    with pytest.raises(OB3VerificationError, match="revocation"):
        verify_outside(old)


def test_the_page_of_a_child_never_contains_the_name(certifying):
    certificate = certifying.certify(certifying.child)

    for path in (f"/verify/{certificate.code}/", f"{VERIFY}{certificate.code}/"):
        for caller in (nobody(), browser(certifying.users["child"], certifying.school)):
            content = caller.get(path).content.decode()
            assert "Bront" not in content
            assert "Zo" not in content
    for typed, matches in [
        ("zoe BRONTE", True),
        ("Brontë, Zoë", True),
        ("Zoé Brontê", True),
        ("Zoe", False),
    ]:
        answer = nobody().post(f"/verify/{certificate.code}/", {"name": typed})
        assert ("Yes: that is the name" in text_of(answer)) is matches
    answer = nobody().post(f"/verify/{certificate.code}/", {"name": "Emily Brontë"})
    assert "No: that is not the name" in text_of(answer)


def test_a_name_is_tried_five_times_an_hour_from_one_address(certifying):
    certificate, other = certifying.certify(certifying.child), certifying.certify(certifying.adult)
    names = f"{VERIFY}{certificate.code}/name/"
    assert nobody().send(names, {"name": " "}).status_code == 422
    answers = [nobody().send(names, {"name": "Emily"}).json() for _ in range(4)]
    assert answers == [{"matches": False}] * 4
    assert nobody().post(f"/verify/{other.code}/", {"name": "jose nandu alvarez"}).status_code == 200

    refused = nobody().send(names, {"name": "Zoe Bronte"})
    assert (refused.status_code, refused.json()["code"]) == (429, "wait")
    page = nobody().post(f"/verify/{certificate.code}/", {"name": "Zoe Bronte"})
    assert page.status_code == 429
    assert "Yes:" not in page.content.decode()
    assert nobody(REMOTE_ADDR="203.0.113.9").send(names, {"name": "Zoe Bronte"}).json() == {"matches": True}
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        assert nobody().send(names, {"name": "Zoe Bronte"}).json() == {"matches": True}


def test_the_owner_shows_the_name_and_for_a_child_the_guardian(certifying):
    adult, child = certifying.certify(certifying.adult), certifying.certify(certifying.child)
    owner = software(certifying.users["adult"], certifying.school)
    assert owner.send(f"/api/v1/certificates/{adult.pk}/show-name/").json()["name_is_public"] is True
    assert nobody().get(f"{VERIFY}{adult.code}/").json()["name"] == "José Ñandú Álvarez"
    assert owner.send(f"/api/v1/certificates/{adult.pk}/hide-name/").json()["name_is_public"] is False

    own = browser(certifying.users["child"], certifying.school)
    refused = own.post(f"/certificates/{child.pk}/", {"act": "show"})
    assert refused.status_code == 403
    assert nobody().get(f"{VERIFY}{child.code}/").json()["name"] is None
    guardian = browser(certifying.users["guardian"], certifying.school)
    assert guardian.post(f"/certificates/{child.pk}/", {"act": "show"}).status_code == 302
    assert "Zoë Brontë" in page_of(child)
    assert own.post(f"/certificates/{child.pk}/", {"act": "hide"}).status_code == 302
    assert "Zoë" not in page_of(child)
    actor = as_actor(certifying.users["admin"], certifying.school)
    with in_school(certifying.school), pytest.raises(GuardianDecidesError):
        set_name_visibility(child.pk, is_public=True, actor=actor)


def test_all_doors_say_the_same_and_look_at_nobody(certifying):
    certificate = certifying.certify(certifying.adult)
    elsewhere = make_school("Oak School")
    callers = [nobody(), software(certifying.users["admin"], certifying.school)]
    query = {"query": f'{{verifyCertificate(code: "{certificate.code.lower()}") {{status course school name}}}}'}
    expected = {"status": "valid", "course": "First aid", "school": "Hill School", "name": None}

    for caller in callers:
        assert caller.send("/graphql", query).json()["data"]["verifyCertificate"] == expected
        answer = caller.get(f"{VERIFY}{certificate.code}/")
        assert {name: answer.json()[name] for name in expected} == expected
        assert answer["Cache-Control"] == "public, max-age=300"
    page = nobody(SERVER_NAME=f"{elsewhere.slug}.testserver").get(f"/verify/{certificate.code}/")
    assert (page.status_code, page["Cache-Control"], page["X-Robots-Tag"]) == (200, "public, max-age=300", "noindex")
    assert '<meta name="robots" content="noindex">' in page.content.decode()
    assert not page.cookies
    assert (
        "sign-out"
        not in browser(certifying.users["admin"], certifying.school)
        .get(f"/verify/{certificate.code}/")
        .content.decode()
    )
    nonsense = software(certifying.users["admin"], certifying.school)
    nonsense.defaults["HTTP_AUTHORIZATION"] = "Bearer nonsense"
    assert nonsense.get(f"{VERIFY}{certificate.code}/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/verify/NOSUCHCODE/",
        "/verify/%00/",
        f"/verify/{'9' * 400}/",
        "/verify/نور/",
        "/ob/keys/nothing",
        "/ob/issuers/nothing",
        "/ob/status/nothing",
        "/ob/achievements/01a00000-0000-7000-8000-000000000000",
        f"{VERIFY}NOSUCHCODE/",
    ],
)
def test_what_does_not_exist_is_a_plain_404(db, path):
    assert nobody().get(path).status_code == 404


def test_a_key_of_one_kind_opens_no_door_of_another(certifying):
    certificate = certifying.certify(certifying.adult)

    for path in (
        f"/ob/keys/{certificate.code}",
        f"/ob/issuers/{certificate.key.kid}",
        f"/verify/{certificate.key.kid}/",
    ):
        assert nobody().get(path).status_code == 404


def test_the_verification_page_makes_two_queries(certifying):
    certificate = certifying.certify(certifying.adult)
    caller = nobody()
    caller.get(f"/verify/{certificate.code}/")

    with CaptureQueriesContext(connection) as queries:
        caller.get(f"/verify/{certificate.code}/")

    said = [each["sql"] for each in queries]
    assert len([sql for sql in said if "set_config" not in sql and "SAVEPOINT" not in sql]) == 2


@pytest.fixture
def server(fresh_database):
    with serving() as running:
        yield running
    connections.close_all()


def test_a_running_server_is_all_that_another_library_needs(server, monkeypatch, generate):
    with override_settings(PUBLIC_URL=server.url("")):
        certifying = make_certifying(monkeypatch, generate)
        certificate = certifying.certify(certifying.adult)

        def download(url: str) -> bytes:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read()

        found = verify_outside(certificate.credential, download)
        assert found.achievement.name == "First aid"
        with in_school(certifying.school):
            revoke_certificate(certificate.pk, reason_code="other", actor=certifying.system)
        with pytest.raises(OB3VerificationError, match="revocation"):
            verify_outside(certificate.credential, download)


def test_an_adult_puts_the_e_mail_into_the_credential_as_a_hash_and_takes_it_out(certifying):
    adult, child = certifying.certify(certifying.adult), certifying.certify(certifying.child)
    owner = software(certifying.users["adult"], certifying.school)
    path = f"/api/v1/certificates/{adult.pk}/".__add__

    def said() -> dict:
        payload = jwt.decode(
            owner.get(path("credential/")).content, options={"verify_signature": False, "verify_nbf": False}
        )
        assert owner.get(f"/api/v1/certificates/verify/{adult.code}/").json()["status"] == "valid"
        return payload

    before = said()
    assert owner.send(path("hash-email/")).json()["code"] == "no_verified_email"
    address = "jose@example.org"
    certifying.users["adult"].emails.create(address=address, verified_at=clock.now())
    assert owner.send(path("hash-email/")).json()["email_is_hashed"] is True
    after = said()
    (identity,) = after["credentialSubject"].pop("identifier")
    assert after == before
    found = hashlib.sha256(f"{address}{identity['salt']}".encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${found}"
    with in_school(certifying.school):
        new = reissue_certificate(adult.pk, recipient_name="José Álvarez", actor=certifying.system)
    carried = jwt.decode(new.credential, options={"verify_signature": False})["credentialSubject"]["identifier"]
    assert carried == [identity]
    assert owner.send(path("forget-email/")).status_code == 409  # it was replaced
    assert owner.send(f"/api/v1/certificates/{new.pk}/forget-email/").json()["email_is_hashed"] is False
    assert (
        "identifier"
        not in jwt.decode(
            owner.get(f"/api/v1/certificates/{new.pk}/credential/").content, options={"verify_signature": False}
        )["credentialSubject"]
    )
    for name in ("child", "guardian", "admin"):
        answer = software(certifying.users[name], certifying.school).send(
            f"/api/v1/certificates/{child.pk}/hash-email/"
        )
        assert answer.status_code == 403
