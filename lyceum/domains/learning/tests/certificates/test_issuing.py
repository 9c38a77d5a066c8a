"""Certificates are issued once, numbered without gaps, revoked, replaced, and shown to those they belong to."""

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import override_settings

from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.certificate_queries import list_own_certificates
from lyceum.domains.learning.certificate_tasks import issue, sweep
from lyceum.domains.learning.models import Certificate, IssuerKey, LearningSettings
from lyceum.domains.learning.rules.certificates.issuing import (
    issue_certificate,
    issue_missing,
    reissue_certificate,
)
from lyceum.domains.learning.rules.certificates.keys import rotate_key
from lyceum.domains.learning.rules.certificates.refusals import (
    CompletionReversedError,
    NotIssuedError,
    SigningKeyUnreadableError,
)
from lyceum.domains.learning.rules.certificates.revoking import revoke_certificate, revoke_for_completion
from lyceum.domains.learning.settings import forget_settings
from lyceum.domains.learning.tests.certificates.conftest import make_certifying
from lyceum.domains.notifications.models import Notification
from lyceum.testing.clients import browser, software, statements_for, stranger
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school, make_student, make_teacher, make_user
from lyceum.testing.pages import text_of
from lyceum.testing.together import at_once

API = "/api/v1/certificates/"


def facts_of(certifying) -> list[str]:
    rows = Fact.objects.filter(type__startswith="learning.certificate.").order_by("at", "id")
    return list(rows.values_list("type", flat=True))


def test_a_completion_gets_one_certificate_however_often_the_job_runs(certifying):
    completion = certifying.complete(certifying.adult)
    certifying.complete(certifying.child)
    issue(certifying.school.pk, str(completion.pk))
    issue(certifying.school.pk, str(completion.pk))
    sweep(0)
    sweep(0)

    with in_school(certifying.school):
        rows = list(Certificate.objects.order_by("serial"))
        assert [(row.serial, row.recipient_name, row.status) for row in rows] == [
            (1, "José Ñandú Álvarez", "issued"),
            (2, "Zoë Brontë", "issued"),
        ]
        assert [len(row.code) for row in rows] == [26, 26]
        assert facts_of(certifying) == ["learning.certificate.issued"] * 2
        assert issue_certificate(completion.pk, actor=certifying.system) == rows[0]
        told = Notification.objects.filter(template="learning.certificate_issued").values_list("user", "link")
        assert set(told) == {
            (certifying.users[name].pk, f"/certificates/{row.pk}/")
            for name, row in zip(("adult", "child"), rows, strict=True)
        }


def test_several_at_the_same_moment_issue_one_certificate_each_and_no_number_twice(
    fresh_database, monkeypatch, generate
):
    certifying = make_certifying(monkeypatch, generate)
    completions = [certifying.complete(each) for each in (certifying.adult, certifying.child)]

    def issued(completion):
        def act():
            with in_school(certifying.school):
                return issue_certificate(completion.pk, actor=certifying.system).pk

        return act

    found = at_once([issued(each) for each in completions * 3])

    with in_school(certifying.school):
        assert {row.pk for row in Certificate.objects.all()} == set(found)
        assert sorted(row.serial for row in Certificate.objects.all()) == [1, 2]
        assert IssuerKey.objects.count() == 1


def test_a_school_that_issues_none_by_itself_is_left_alone(certifying):
    certifying.complete(certifying.adult)
    with in_school(certifying.school):
        LearningSettings.objects.create(certificate_on_completion=False)
        forget_settings()

    sweep(0)

    with in_school(certifying.school):
        assert not Certificate.objects.exists()
        forget_settings()


def test_the_next_certificate_has_the_next_number_also_after_one_was_replaced_or_revoked(certifying):
    first = certifying.certify(certifying.adult)
    with in_school(certifying.school):
        second = reissue_certificate(first.pk, recipient_name="José Álvarez", actor=certifying.system)
        revoke_certificate(second.pk, reason_code="other", actor=certifying.system)
    third = certifying.certify(certifying.child)

    with in_school(certifying.school):
        first.refresh_from_db()
    assert (first.status, first.superseded_by_id, first.reason_code) == ("superseded", second.pk, "replaced")
    assert [second.serial, third.serial, second.recipient_name] == [2, 3, "José Álvarez"]
    assert first.credential != second.credential
    assert first.code != second.code


def test_what_was_revoked_is_not_issued_again_by_the_job(certifying):
    certificate = certifying.certify(certifying.adult)
    with in_school(certifying.school):
        revoke_certificate(certificate.pk, reason_code="misconduct", actor=certifying.system)
        assert issue_missing(actor=certifying.system).issued == []
        with pytest.raises(NotIssuedError):
            reissue_certificate(certificate.pk, actor=certifying.system)


def test_taking_a_completion_back_revokes_its_certificate_and_nothing_is_issued_for_it(certifying):
    certificate, other = certifying.certify(certifying.adult), certifying.complete(certifying.child)
    with in_school(certifying.school):
        revoke_for_completion(certificate.completion_id, reason="Copied", actor=certifying.system)
        assert revoke_for_completion(other.pk, reason="Copied", actor=certifying.system) is None
        other.reversed_at = other.completed_at
        other.save()
        with pytest.raises(CompletionReversedError):
            issue_certificate(other.pk, actor=certifying.system)
        assert issue_missing(actor=certifying.system).issued == []
        certificate.refresh_from_db()
        assert (certificate.status, certificate.reason_code, certificate.reason) == (
            "revoked",
            "completion_reversed",
            "Copied",
        )
        assert facts_of(certifying) == ["learning.certificate.issued", "learning.certificate.revoked"]


def test_only_who_decides_issues_revokes_replaces_and_rotates_and_only_in_their_school(certifying):
    certificate = certifying.certify(certifying.adult)
    owner = as_actor(certifying.users["adult"], certifying.school)
    foreign_school = make_school("Oak School")
    foreign = as_actor(make_admin(foreign_school), foreign_school)

    with in_school(certifying.school):
        for act in (
            lambda: issue_certificate(certificate.completion_id, actor=owner),
            lambda: revoke_certificate(certificate.pk, reason_code="other", actor=owner),
            lambda: revoke_for_completion(certificate.completion_id, reason="x", actor=owner),
            lambda: reissue_certificate(certificate.pk, actor=owner),
            lambda: rotate_key(actor=owner),
        ):
            with pytest.raises(NotAllowedError):
                act()
    with in_school(foreign_school):
        with pytest.raises(NotFoundError):
            revoke_certificate(certificate.pk, reason_code="other", actor=foreign)
        with pytest.raises(NotFoundError):
            issue_certificate(certificate.completion_id, actor=foreign)
        with pytest.raises(NotFoundError):
            reissue_certificate(certificate.pk, actor=foreign)
        assert list(list_own_certificates(foreign)) == []


def test_without_a_readable_key_the_completion_stands_and_the_office_sees_why(certifying):
    certifying.certify(certifying.adult)
    completion = certifying.complete(certifying.child)
    office = browser(certifying.users["admin"], certifying.school)

    with override_settings(SECRET_KEY="another"):
        issue(certifying.school.pk, str(completion.pk))
        sweep(0)
        with in_school(certifying.school), pytest.raises(SigningKeyUnreadableError):
            issue_certificate(completion.pk, actor=certifying.system)
        office = browser(certifying.users["admin"], certifying.school)
        page = text_of(office.get("/certificates/"))
        assert "sealed with another secret key" in page
        assert "1 completion waits for its certificate." in page
        with in_school(certifying.school):
            rotate_key(actor=certifying.system)
        sweep(0)

    with in_school(certifying.school):
        assert Certificate.objects.filter(completion=completion).count() == 1


def test_the_office_revokes_and_replaces_over_rest_and_on_the_page(certifying):
    certificate = certifying.certify(certifying.adult)
    admin = software(certifying.users["admin"], certifying.school)
    office = browser(certifying.users["admin"], certifying.school)
    one = f"{API}{certificate.pk}/"

    answer = admin.send(f"{one}reissue/", {"recipient_name": "  "})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/recipient_name")
    answer = admin.send(f"{one}reissue/", {"recipient_name": "José Álvarez"})
    assert answer.status_code == 201, answer.content
    new = answer.json()
    assert answer["Location"] == f"{API}{new['id']}/"
    assert (new["recipient_name"], new["status"], new["serial"]) == ("José Álvarez", "valid", 2)
    assert admin.get(one).json()["superseded_by"] == new["id"]

    page = f"/certificates/{new['id']}/"
    wrong = office.post(page, {"act": "revoke", "reason": "Copied from a friend"})
    assert wrong.status_code == 422
    assert "Copied from a friend" in wrong.content.decode()
    assert office.post(page, {"act": "revoke", "reason_code": "misconduct", "reason": "Copied"}).status_code == 302
    again = admin.send(f"{API}{new['id']}/revoke/", {"reason_code": "other"})
    assert (again.status_code, again.json()["code"]) == (409, "certificate_not_issued")
    assert [row["status"] for row in admin.get(API).json()["items"]] == ["revoked", "superseded"]
    assert admin.send(f"{API}{new['id']}/revoke/", {"reason_code": "nonsense"}).status_code == 422


def test_certificates_are_seen_by_their_owner_the_family_and_the_office(certifying):
    child, adult = certifying.certify(certifying.child), certifying.certify(certifying.adult)
    other = make_school("Oak School")

    def seen(user, school=certifying.school) -> list[str]:
        return [row["code"] for row in software(user, school).get("/api/v1/students/me/certificates/").json()]

    assert seen(certifying.users["child"]) == [child.code]
    assert seen(certifying.users["guardian"]) == [child.code]
    assert seen(certifying.users["adult"]) == [adult.code]
    assert seen(make_user(certifying.school, Role.APPLICANT)) == []
    assert seen(make_admin(other), other) == []
    teacher = software(make_teacher(certifying.school), certifying.school)
    assert teacher.get(API).json()["items"] == []
    assert teacher.get(f"{API}{child.pk}/").status_code == 404
    assert teacher.get(f"{API}{child.pk}/pdf/").status_code == 404
    assert software(make_admin(other), other).get(f"{API}{child.pk}/badge.png").status_code == 404
    assert stranger(certifying.school).get(f"{API}{child.pk}/pdf/").status_code == 401
    assert browser(certifying.users["child"], certifying.school).get(f"/certificates/{adult.pk}/").status_code == 404
    assert browser(certifying.users["child"], certifying.school).get("/certificates/").status_code == 403


def test_lists_make_the_same_number_of_queries_for_one_and_three(certifying):
    certifying.certify(certifying.child)
    callers = [
        (software(certifying.users["guardian"], certifying.school), "/api/v1/students/me/certificates/"),
        (software(certifying.users["admin"], certifying.school), API),
        (browser(certifying.users["admin"], certifying.school), "/certificates/"),
        (browser(certifying.users["guardian"], certifying.school), "/certificates/mine/"),
    ]
    before = [statements_for(*each) for each in callers]

    with in_school(certifying.school):
        for _ in range(2):
            newest = Certificate.objects.order_by("-serial").first()
            reissue_certificate(newest.pk, actor=certifying.system)

    assert [statements_for(*each) for each in callers] == before


def test_files_are_kept_at_issue_and_made_again_where_the_store_lost_them(certifying):
    certificate = certifying.certify(certifying.adult)
    owner = software(certifying.users["adult"], certifying.school)
    one = f"{API}{certificate.pk}/"

    kept = owner.get(f"{one}pdf/")
    assert kept["Content-Type"] == "application/pdf"
    assert kept.content.startswith(b"%PDF-")
    default_storage.delete(certificate.pdf)
    default_storage.delete(certificate.badge)
    assert owner.get(f"{one}pdf/").content.startswith(b"%PDF-")
    assert owner.get(f"{one}badge.png").content.startswith(b"\x89PNG")
    assert owner.get(f"{one}credential/").content.decode() == certificate.credential
    page = browser(certifying.users["adult"], certifying.school)
    assert page.get(f"/certificates/{certificate.pk}/certificate.pdf").status_code == 200
    assert page.get(f"/certificates/{certificate.pk}/badge.svg")["Content-Type"] == "image/svg+xml"


def test_the_command_issues_checks_files_and_rotates_the_key(certifying, tmp_path, capsys):
    certifying.complete(certifying.adult)
    slug = certifying.school.slug
    badge = tmp_path / "badge.png"

    call_command("certificates", "issue-missing", "--school", slug)
    assert capsys.readouterr().out == "Issued 1 certificates; 0 wait for the next run.\n"
    with in_school(certifying.school):
        certificate = Certificate.objects.get()
        with default_storage.open(certificate.badge) as file:
            badge.write_bytes(file.read())
        kid = IssuerKey.objects.get().kid
    call_command("certificates", "verify", str(badge), "--school", slug)
    assert capsys.readouterr().out.startswith("valid: First aid, Hill School\n")

    call_command("certificates", "rotate-key", "--school", slug)
    call_command("certificates", "verify", str(badge), "--school", slug)
    assert "valid: First aid" in capsys.readouterr().out

    call_command("certificates", "rotate-key", "--compromised", kid, "--school", slug)
    assert "1 certificates are signed anew" in capsys.readouterr().out
    for content, words in [
        (badge.read_bytes(), "trusted no longer"),
        (badge.read_bytes().replace(b"openbadgecredential", b"openbadgecredentia!"), "holds no credential"),
        (b"nonsense", "holds no credential"),
        (b"", "holds no credential"),
    ]:
        badge.write_bytes(content)
        with pytest.raises(SystemExit):
            call_command("certificates", "verify", str(badge), "--school", slug)
        assert words in capsys.readouterr().err


def test_a_name_in_another_script_is_printed(certifying):
    student = make_student(certifying.school, name="نور الدين 李小龍")
    certificate = certifying.certify(student)

    with default_storage.open(certificate.pdf) as file:
        assert file.read().startswith(b"%PDF-")
    assert certificate.recipient_name == "نور الدين 李小龍"
