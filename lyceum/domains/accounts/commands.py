"""Commands that act in one school, as one of its users or as the operator who sits at the machine."""

import argparse
from typing import Any

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.commands import Answer, RuleCommand
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.schools import school_scope
from lyceum.core.text import fold
from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import get_school

OPERATOR = "operator"


class SchoolCommand(RuleCommand):
    """Every act runs in a school, found by `--school`, and as somebody, named by `--as`."""

    actor: Actor

    def add_act(self, name: str, what: str) -> argparse.ArgumentParser:
        act = super().add_act(name, what)
        act.add_argument("--school", default="", help="the school's name in addresses; needed where there are several")
        act.add_argument("--as", dest="acting_as", default="", metavar="USER", help="act as this user of the school")
        return act

    def answer(self, options: dict[str, Any]) -> Answer:
        school = find_school(options["school"])
        with school_scope(school.pk):
            self.actor = find_actor(options["acting_as"], school)
        try:
            with school_scope(school.pk):
                return super().answer(options)
        except RuleError as refusal:
            if refusal.audited:
                self._note(refusal, options["act"])
            raise

    def _note(self, refusal: RuleError, act: str) -> None:
        """Some refusals belong in the school's trail, which the refused act itself no longer reaches."""
        name = f"{type(self).__module__.rpartition('.')[2]} {act}"
        with school_scope(self.actor.school):
            target = Target("command", refusal.extra.get("permission", refusal.code), name)
            record("access.refuse", target=target, reason=refusal.detail, outcome="refused", actor=self.actor)


def find_school(slug: str) -> School:
    """The school of that slug; without one, the only school that there is."""
    if slug:
        return get_school(slug)
    schools = list(School.objects.exclude(status=School.Status.DELETED).order_by("slug")[:20])
    if len(schools) == 1:
        return schools[0]
    if not schools:
        raise NotFoundError("There is no school here yet. Make one with `lyceum school create`.")
    slugs = ", ".join(school.slug for school in schools)
    raise invalid_field("/school", "required", f"Say which school, with --school and one of: {slugs}.")


def find_actor(name: str, school: School) -> Actor:
    """A user of the school by user name or e-mail address; nobody named: the operator at the machine."""
    if not name:
        return system_actor(school.pk, name=OPERATOR, via=Via.COMMAND)
    return actor_for_user(find_user(name, school), school.pk, via=Via.COMMAND)


def find_user(name: str, school: School) -> User:
    """Somebody with a role in the school, by user name or e-mail address."""
    here = Membership.objects.filter(school=school).exclude(state="ended").values("user")
    users = User.objects.filter(pk__in=here, state=User.State.ACTIVE)
    by_login = users.filter(logins__school=school, logins__username_folded=fold(name))
    by_address = users.filter(emails__address=name.strip().lower())
    user = by_login.first() or by_address.first()
    if user is None:
        raise NotFoundError(f"There is no user “{name}” at {school}.")
    return user
