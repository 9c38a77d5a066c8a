"""Schools of a group, as who administers it finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school
from lyceum.demo.plan import GROUP_SLUG
from lyceum.domains.accounts.models import Membership
from lyceum.domains.accounts.rules.users import create_user
from lyceum.domains.tenancy.models import Group, School
from lyceum.domains.tenancy.queries import today
from lyceum.testing.clients import start_session

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {}
GROUP_ADMIN = "group admin"


def add(samples: Samples) -> None:
    """Called in the demo school."""
    group = Group.objects.get(slug=GROUP_SLUG)
    user = create_user(full_name="Gwen Group", username="gwen", actor=system_actor(current_school()))
    Membership.objects.create(user=user, role=Role.GROUP_ADMIN.value, group=group, starts=today())
    samples.cookies[GROUP_ADMIN] = start_session(user, None)[1]
    slug = School.objects.get(pk=current_school()).slug
    samples.add("groups", GROUP_ADMIN, "/groups/")
    samples.add("group-school", GROUP_ADMIN, f"/groups/{GROUP_SLUG}/{slug}/")
