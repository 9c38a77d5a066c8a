"""`lyceum school`: the schools of this installation."""

from typing import Any

from lyceum.core.actor import Actor, ActorKind, Via, system_actor
from lyceum.core.commands import Answer, RuleCommand, table
from lyceum.core.errors import invalid_field
from lyceum.core.schools import school_scope
from lyceum.core.text import fold
from lyceum.domains.tenancy.closing import begin_closing, restore_school
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import get_school
from lyceum.domains.tenancy.rules import provision_school

OPERATOR = Actor(kind=ActorKind.OPERATOR, id=None, name="operator", via=Via.COMMAND)


class Command(RuleCommand):
    """Parses, calls, prints."""

    help = "Make, list, close and restore schools."

    def add_acts(self) -> None:
        create = self.add_act("create", "make a school")
        create.add_argument("name")
        create.add_argument("--slug", default="", help="its name in addresses; made from the name where left out")
        create.add_argument("--country", default="GB", metavar="CC", help="two letters, as in GB")
        create.add_argument("--time-zone", default="", help="as in Europe/London; that of the country where left out")
        create.add_argument("--locale", default="en", help="its first language")
        create.add_argument("--kind", default="school", choices=School.Kind.values)
        self.add_act("list", "list the schools")
        close = self.add_act("close", "close a school: only its admins enter, and after some weeks it is erased")
        close.add_argument("school", help="its name in addresses")
        close.add_argument("--name", required=True, help="its full name, so that no other is meant")
        close.add_argument("--reason", required=True, help="for the trails of the school and of the operator")
        close.add_argument("--days", type=int, default=0, help="for how long it can be restored, 7 to 90; else as set")
        restore = self.add_act("restore", "open a closed school again, as it was")
        restore.add_argument("school", help="its name in addresses")
        restore.add_argument("--reason", default="", help="for the trails")

    def act_create(self, options: dict[str, Any]) -> Answer:
        fields = {name: options[name] for name in ("name", "slug", "country", "time_zone", "locale", "kind")}
        school = provision_school(**fields, actor=OPERATOR)
        lines = [
            f"{school.name} is made. Its name in addresses is {school.slug}.",
            "Next, its first admin:",
            f"  lyceum user create --school {school.slug} --role school_admin --name … --username … --password-stdin",
        ]
        return Answer(lines, _values(school))

    def act_list(self, _options: dict[str, Any]) -> Answer:
        schools = list(School.objects.order_by("slug"))
        rows = [
            (s.slug, s.name, s.country, s.time_zone, f"{s.status}, demo" if s.is_demo else s.status) for s in schools
        ]
        return Answer(table(rows) if rows else ["There is no school here yet."], [_values(s) for s in schools])

    def act_close(self, options: dict[str, Any]) -> Answer:
        school = get_school(options["school"])
        if fold(options["name"]) != fold(school.name):
            raise invalid_field("/name", "other_name", f"The school “{school.slug}” is called {school.name}.")
        with school_scope(school.pk):
            closed = begin_closing(reason=options["reason"], days=options["days"], actor=_operator_at(school))
        lines = [
            f"{closed.name} is closed: only its admins enter.",
            f"It is erased after {closed.purge_at:%Y-%m-%d %H:%M} UTC. Until then: lyceum school restore {closed.slug}",
        ]
        return Answer(lines, _values(closed))

    def act_restore(self, options: dict[str, Any]) -> Answer:
        school = get_school(options["school"])
        with school_scope(school.pk):
            restored = restore_school(reason=options["reason"], actor=_operator_at(school))
        return Answer([f"{restored.name} is open again."], _values(restored))


def _operator_at(school: School) -> Actor:
    """Whoever sits at the machine, at work in one school."""
    return system_actor(school.pk, name=OPERATOR.name, via=Via.COMMAND)


def _values(school: School) -> dict[str, object]:
    return {
        "slug": school.slug,
        "name": school.name,
        "country": school.country,
        "time_zone": school.time_zone,
        "status": school.status,
        "is_demo": school.is_demo,
        "purge_at": school.purge_at,
        "erased_at": school.erased_at,
    }
