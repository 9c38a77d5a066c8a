"""Groups of schools, made by whoever runs the installation."""

import io

import pytest
from django.core.management import call_command

from lyceum.core.actor import Via, public_actor
from lyceum.core.errors import InvalidError, NotAllowedError
from lyceum.domains.accounts.management.commands.group import OPERATOR
from lyceum.domains.accounts.models import Membership
from lyceum.domains.accounts.rules.groups import create_group, join_group
from lyceum.domains.journal.models import AuditEntry, OperatorEntry
from lyceum.domains.tenancy.models import Group, School
from lyceum.testing.clients import software
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school, make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("group", *arguments, stdout=said)
    return said.getvalue()


def test_a_group_is_made_joined_and_administered_by_the_command_and_everything_is_written_down():
    school = make_school("Hill School")
    user = make_user(school, email="gwen@example.org")
    user.emails.update(verified_at="2026-01-01T00:00Z")

    run("create", "North Trust")
    run("join", "north-trust", school.slug)
    run("admin", "north-trust", "gwen@example.org")
    run("admin", "north-trust", "gwen@example.org")

    assert School.objects.get(pk=school.pk).group == Group.objects.get(slug="north-trust")
    assert Membership.objects.filter(user=user, role="group_admin").count() == 1
    assert software(user, None).get("/api/v1/groups/").json()["items"][0]["slug"] == "north-trust"
    assert OperatorEntry.objects.filter(action__in=("tenancy.group.create", "accounts.group_admin.start")).count() == 2
    with in_school(school):
        assert AuditEntry.objects.filter(action="tenancy.school.join").count() == 1

    run("admin-end", "north-trust", "gwen@example.org")
    assert software(user, None).get("/api/v1/groups/").status_code == 403
    with pytest.raises(SystemExit):
        run("create", "North Trust")


def test_groups_lie_three_deep_and_are_the_operators_matter():
    operator = public_actor(Via.COMMAND)
    school = make_school("Hill School")

    for actor in (operator, as_actor(make_admin(school), school)):
        with pytest.raises(NotAllowedError):
            create_group(name="A", actor=actor)
        with pytest.raises(NotAllowedError):
            join_group(school.slug, group="a", actor=actor)
    for name, inside in (("One", ""), ("Two", "one"), ("Three", "two")):
        run("create", name, "--inside", inside)
    with pytest.raises(InvalidError):
        create_group(name="Four", parent="three", actor=OPERATOR)
