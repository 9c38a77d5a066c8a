"""What is not kept: an account that nobody verified, with its draft, after seven days; and nothing else of anybody."""

from datetime import timedelta

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import EmailAddress, User
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.retention import erase_unverified_accounts
from lyceum.testing.clients import bearer, stranger
from lyceum.testing.factories import add_role, in_school, make_user

REGISTER = """mutation($input: RegisterInput!) {
  register(input: $input) { errors { code } tokens { accessToken } user { fullName email } } }"""


def register(office, email):
    """Over GraphQL; the token of the new account."""
    given = {"email": email, "password": "seven green tall horses", "firstName": "Nell", "school": office.school.slug}
    answer = stranger(office.school).send("/graphql", {"query": REGISTER, "variables": {"input": given}})
    found = answer.json()["data"]["register"]
    assert (found["errors"], found["user"]["email"]) == ([], email)
    return found["tokens"]["accessToken"]


def test_an_account_that_nobody_verified_goes_after_seven_days_with_its_draft(office):
    token = register(office, "nell@example.org")
    draft = bearer(token).send("/api/v1/applications/", {"courses": [str(office.course.pk)], "first_name": "Nell"})
    assert draft.status_code == 201
    more_than_applying = make_user(office.school, Role.APPLICANT, email="both@example.org")
    EmailAddress.objects.filter(user=more_than_applying).update(verified_at=None)
    add_role(more_than_applying, office.school, Role.GUARDIAN)
    User.objects.update(created_at=clock.now())  # the database's clock is not the frozen one
    kept = [office.applicant, office.newcomer(), more_than_applying]

    def erase(**later):
        with clock.frozen(clock.now() + timedelta(**later)), in_school(office.school):
            return erase_unverified_accounts(actor=system_actor(office.school.pk))

    assert (erase(days=6), erase(days=8)) == (0, 1)

    with in_school(office.school):
        assert not Application.objects.exists()
    assert not User.objects.filter(full_name="Nell").exists()
    assert User.objects.filter(pk__in=[each.pk for each in kept]).count() == 3
