"""`lyceum school`: the schools of this installation."""

from typing import Any

from lyceum.core.actor import Actor, ActorKind, Via
from lyceum.core.commands import Answer, RuleCommand, table
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.rules import provision_school

OPERATOR = Actor(kind=ActorKind.OPERATOR, id=None, name="operator", via=Via.COMMAND)


class Command(RuleCommand):
    """Parses, calls, prints."""

    help = "Make and list schools."

    def add_acts(self) -> None:
        create = self.add_act("create", "make a school")
        create.add_argument("name")
        create.add_argument("--slug", default="", help="its name in addresses; made from the name where left out")
        create.add_argument("--country", default="GB", metavar="CC", help="two letters, as in GB")
        create.add_argument("--time-zone", default="", help="as in Europe/London; that of the country where left out")
        create.add_argument("--locale", default="en", help="its first language")
        create.add_argument("--kind", default="school", choices=School.Kind.values)
        self.add_act("list", "list the schools")

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


def _values(school: School) -> dict[str, object]:
    return {
        "slug": school.slug,
        "name": school.name,
        "country": school.country,
        "time_zone": school.time_zone,
        "status": school.status,
        "is_demo": school.is_demo,
    }
