"""Where each role may go: the most used in the bar, all of it on the page behind "More"."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.permissions import Permission, Role

MOST_ITEMS = 7
MOST_ON_PHONE = 5


@dataclass(frozen=True)
class Item:
    """One place to go."""

    label: object
    href: str
    icon: str


SELDOM_AT_HOME = ("/classes/", "/behaviour/")
"""What a family opens less often than work, courses and the calendar."""
MORE = Item(_("More"), "/more/", "more")


def items_for(actor: Actor) -> list[Item]:
    """The places the actor may go, the most used first."""
    if actor.kind is ActorKind.PUBLIC:
        return []
    items = [*_everyday(actor), *_learning(actor), *_office(actor)]
    if actor.roles and actor.roles <= {Role.GUARDIAN, Role.STUDENT, Role.APPLICANT}:
        items.sort(key=lambda item: item.href in SELDOM_AT_HOME)  # else as they stand
    return items


def is_behind_more(items: Sequence[Item], here: str) -> bool:
    """Whether somebody is at a place that does not stand in the bar."""
    shown = bar_of(items)
    return any(here.startswith(item.href) for item in items if item not in shown)


def bar_of(items: Sequence[Item]) -> list[Item]:
    """What stands in the bar: all where they fit, else the first ones and the way to the rest.

    A phone shows the first four and the last; so the way to the rest is there from six items on, and a wide screen
    hides it while everything else is in sight.
    """
    if len(items) <= MOST_ON_PHONE:
        return list(items)
    return [*items[: MOST_ITEMS if len(items) <= MOST_ITEMS else MOST_ITEMS - 1], MORE]


def _everyday(actor: Actor) -> list[Item]:
    is_head = Role.SCHOOL_ADMIN in actor.roles
    items = [Item(_("Overview") if is_head else _("Today"), "/today/", "today")]
    if Role.SUPER_ADMIN in actor.roles:
        items.append(Item(_("Schools"), "/operator/", "schools"))
    if Role.GROUP_ADMIN in actor.roles:
        items.append(Item(_("Group"), "/groups/", "schools"))
    if actor.reaches_all(Permission.STUDENTS_LIST):
        items.append(Item(_("People"), "/students/", "people"))
    elif Role.TEACHER in actor.roles:
        items.append(Item(_("Students"), "/students/", "people"))
    if actor.may(Permission.CLASSES_VIEW):
        items.append(Item(_("Classes"), "/classes/", "classes"))
    if Role.TEACHER in actor.roles and actor.may(Permission.GRADEBOOKS_EDIT):
        items.append(Item(pgettext_lazy("grades", "Marks"), "/marks/", "marks"))
    if actor.reaches_all(Permission.REGISTERS_VIEW):
        items.append(Item(_("Attendance"), "/attendance/", "attendance"))
    elif actor.reaches_all(Permission.GATE_USE):
        items.append(Item(_("Gate"), "/gate/", "attendance"))
    if actor.may(Permission.INCIDENTS_VIEW):
        items.append(Item(_("Behaviour"), "/behaviour/", "behaviour"))
    if actor.may(Permission.LESSONS_VIEW):
        items.append(Item(_("Timetable"), "/timetable/", "timetable"))
    return items


def _learning(actor: Actor) -> list[Item]:
    items: list[Item] = []
    if actor.may(Permission.ASSIGNMENTS_VIEW):
        items.append(Item(_("Work"), "/assignments/", "work"))
    if Role.TEACHER not in actor.roles and actor.may(Permission.MARKS_VIEW):
        items.append(Item(pgettext_lazy("grades", "Marks"), "/marks/", "marks"))
    if actor.may(Permission.COURSES_VIEW) and actor.school_id is not None:
        items.append(Item(_("Learning"), "/learning/", "learning"))
    if actor.may(Permission.AGENDA_VIEW):
        items.append(Item(_("Calendar"), "/calendar/", "calendar"))
    if actor.reaches_all(Permission.APPLICATIONS_VIEW):
        items.append(Item(_("Admissions"), "/applications/", "admissions"))
    elif actor.roles & {Role.APPLICANT, Role.GUARDIAN}:
        items.append(Item(_("Applications"), "/applications/", "admissions"))
    if actor.may(Permission.JOURNEY_VIEW) and not actor.reaches_all(Permission.JOURNEY_VIEW):
        items.append(Item(_("My way"), "/journey/", "journey"))
    if actor.reaches_all(Permission.CERTIFICATES_DECIDE):
        items.append(Item(_("Certificates"), "/certificates/", "certificates"))
    elif actor.roles & {Role.STUDENT, Role.GUARDIAN}:
        items.append(Item(_("Certificates"), "/certificates/mine/", "certificates"))
    return items


def _office(actor: Actor) -> list[Item]:
    items: list[Item] = []
    if actor.reaches_all(Permission.FEES_VIEW):
        items.append(Item(_("Fees"), "/fees/", "fees"))
    elif Role.GUARDIAN in actor.roles:
        items.append(Item(_("Fees"), "/fees/mine/", "fees"))
    if actor.reaches_all(Permission.SITE_EDIT):
        items.append(Item(_("Website"), "/site/", "website"))
    if actor.reaches_all(Permission.SCHOOL_DASHBOARD):
        items.append(Item(_("In numbers"), "/dashboard/", "numbers"))
    if actor.reaches_all(Permission.IMPORTS_RUN):
        items.append(Item(_("Import"), "/imports/", "import"))
    if actor.reaches_all(Permission.SCHOOL_EDIT) or actor.reaches_all(Permission.USERS_LIST):
        items.append(Item(_("Settings"), "/settings/", "settings"))
    return items
