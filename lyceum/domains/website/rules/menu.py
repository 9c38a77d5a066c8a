"""The menu of the site: two levels, replaced as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.website.models import MenuItem
from lyceum.domains.website.rules.fields import line, target
from lyceum.domains.website.rules.site import own_site, touch_site

MOST_ITEMS, MOST_BELOW = 8, 12
LONGEST_LABEL = 60


@dataclass(frozen=True)
class NewItem:
    """An entry of the menu as it is given."""

    label: str
    target: str
    children: Sequence["NewItem"] = ()


@transaction.atomic
def set_menu(items: Sequence[NewItem], *, actor: Actor) -> None:
    """Replace the menu."""
    actor.require_all(Permission.SITE_EDIT)
    own_site(lock=True)
    if len(items) > MOST_ITEMS or any(len(each.children) > MOST_BELOW for each in items):
        raise invalid_field(
            "/items", "length", _("A menu has at most %(n)s entries, each with at most %(below)s below it.")
            % {"n": MOST_ITEMS, "below": MOST_BELOW},
        )  # fmt: skip
    if any(child.children for each in items for child in each.children):
        raise invalid_field("/items", "depth", _("A menu has two levels."))
    above = [_made(f"items/{n}", each, n) for n, each in enumerate(items)]
    below = [
        _made(f"items/{n}/children/{m}", child, m, parent=above[n])
        for n, each in enumerate(items)
        for m, child in enumerate(each.children)
    ]
    MenuItem.objects.all().delete()
    MenuItem.objects.bulk_create(above)
    MenuItem.objects.bulk_create(below)
    target_ = Target("website.menu", current_school(), "menu")
    record("website.menu.set", target=target_, changes={"items": [None, len(above) + len(below)]}, actor=actor)
    touch_site()


def _made(at: str, given: NewItem, order: int, parent: MenuItem | None = None) -> MenuItem:
    return MenuItem(
        id=new_id(),
        label=line(f"{at}/label", given.label, LONGEST_LABEL, needed=True),
        target=target(f"{at}/target", given.target),
        parent=parent,
        order=order,
    )
