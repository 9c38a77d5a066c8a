"""`lyceum group`: groups of schools, and who administers them."""

from typing import Any

from lyceum.core.actor import Actor, ActorKind, Via
from lyceum.core.commands import Answer, RuleCommand, table
from lyceum.domains.accounts.rules.groups import create_group, end_group_admin, join_group, make_group_admin
from lyceum.domains.tenancy.models import Group

OPERATOR = Actor(kind=ActorKind.OPERATOR, id=None, name="operator", via=Via.COMMAND)


class Command(RuleCommand):
    """Parses, calls, prints."""

    help = "Make groups of schools, let schools join them, and say who administers them."

    def add_acts(self) -> None:
        create = self.add_act("create", "make a group")
        create.add_argument("name")
        create.add_argument("--slug", default="", help="its name in addresses; made from the name where left out")
        create.add_argument("--kind", default="trust", choices=Group.Kind.values)
        create.add_argument("--inside", default="", metavar="GROUP", help="the group in which it lies")
        join = self.add_act("join", "let a school belong to a group")
        join.add_argument("group", help="the group's name in addresses")
        join.add_argument("school", help="the school's name in addresses")
        for name, what in (("admin", "let somebody administer a group"), ("admin-end", "end that")):
            act = self.add_act(name, what)
            act.add_argument("group", help="the group's name in addresses")
            act.add_argument("email", help="the verified address of somebody who has an account")
        self.add_act("list", "list the groups")

    def act_create(self, options: dict[str, Any]) -> Answer:
        fields = {name: options[name] for name in ("name", "slug", "kind")}
        group = create_group(**fields, parent=options["inside"], actor=OPERATOR)
        return Answer([f"{group.name} is made. Its name in addresses is {group.slug}."], _values(group))

    def act_join(self, options: dict[str, Any]) -> Answer:
        group = join_group(options["school"], group=options["group"], actor=OPERATOR)
        return Answer([f"{options['school']} belongs to {group.name} now."], _values(group))

    def act_admin(self, options: dict[str, Any]) -> Answer:
        row = make_group_admin(options["email"], group=options["group"], actor=OPERATOR)
        return Answer([f"{row.user} administers {options['group']}."], {"user": row.user_id})

    def act_admin_end(self, options: dict[str, Any]) -> Answer:
        row = end_group_admin(options["email"], group=options["group"], actor=OPERATOR)
        return Answer([f"{row.user} administers {options['group']} no more."], {"user": row.user_id})

    def act_list(self, _options: dict[str, Any]) -> Answer:
        groups = list(Group.objects.select_related("parent").order_by("slug"))
        rows = [(g.slug, g.name, g.kind, g.parent.slug if g.parent else "") for g in groups]
        return Answer(table(rows) if rows else ["There is no group here yet."], [_values(g) for g in groups])


def _values(group: Group) -> dict[str, object]:
    return {"slug": group.slug, "name": group.name, "kind": group.kind}
