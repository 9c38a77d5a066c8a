"""What each role finds in its navigation: seven items at most, five of them on a phone's bottom bar."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.permissions import Permission, Role

MOST_ITEMS = 7


@dataclass(frozen=True)
class Item:
    """One place to go."""

    label: object
    href: str
    icon: str


def items_for(actor: Actor) -> list[Item]:
    """The places the actor may go, the most used first."""
    if actor.kind is ActorKind.PUBLIC:
        return []
    is_head = Role.SCHOOL_ADMIN in actor.roles
    items = [Item(_("Overview") if is_head else _("Today"), "/today/", "today")]
    if Role.SUPER_ADMIN in actor.roles:
        items.append(Item(_("Schools"), "/operator/", "schools"))
    if actor.reaches_all(Permission.STUDENTS_LIST):
        items.append(Item(_("People"), "/students/", "people"))
    elif Role.TEACHER in actor.roles:
        items.append(Item(_("Students"), "/students/", "people"))
    if actor.may(Permission.CLASSES_VIEW):
        items.append(Item(_("Classes"), "/classes/", "classes"))
    if actor.reaches_all(Permission.REGISTERS_VIEW):
        items.append(Item(_("Attendance"), "/attendance/", "attendance"))
    elif actor.reaches_all(Permission.GATE_USE):
        items.append(Item(_("Gate"), "/gate/", "attendance"))
    if actor.may(Permission.INCIDENTS_VIEW):
        items.append(Item(_("Behaviour"), "/behaviour/", "behaviour"))
    if actor.reaches_all(Permission.IMPORTS_RUN):
        items.append(Item(_("Import"), "/imports/", "import"))
    if actor.reaches_all(Permission.SCHOOL_EDIT) or actor.reaches_all(Permission.USERS_LIST):
        items.append(Item(_("Settings"), "/settings/", "settings"))
    learning = Item(_("Learning"), "/learning/", "learning")
    if actor.reaches_all(Permission.COURSES_EDIT) and len(items) < MOST_ITEMS:
        items.append(learning)
    if actor.may(Permission.LESSONS_VIEW) and len(items) < MOST_ITEMS:
        items.append(Item(_("Timetable"), "/timetable/", "timetable"))
    if actor.school_id is not None and learning not in items and len(items) < MOST_ITEMS:
        items.append(learning)
    return items
