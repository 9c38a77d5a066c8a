"""People by name, as far as somebody may see them: students, their guardians, and who works here."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.text import searchable, tidy
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.academics.queries import Standing, standings
from lyceum.domains.people.models import GuardianLink, Staff, Student
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.people.queries import is_on_roll, search_people
from lyceum.web.hits import Hit

MOST = 8
_MOST_KNOWN, _MOST_OF_ALL = 60, 5000
_SHORTEST_NUMBER = 3
Ranked = tuple[int, Hit]
Ranks = Mapping[UUID, int]
"""People whose names are meant, and how well: the best is 0."""


def find_people(actor: Actor, text: str, day: date) -> list[Hit]:
    """The people whom a text means, the best first. Those who see few look for them among all of that name."""
    wanted = tidy(text)[:100]
    if actor.school_id is None or not _is_enough(wanted):
        return []
    wide = actor.reaches_all(Permission.STUDENTS_VIEW)
    found = search_people(wanted, most=_MOST_KNOWN if wide else _MOST_OF_ALL)
    ranks = {person: rank for rank, person in enumerate(found)}
    hits = [
        *_students(actor, wanted, ranks, day, wide=wide),
        *_guardians(actor, ranks, day),
        *_staff(actor, ranks, day),
    ]
    return [hit for _rank, hit in sorted(hits, key=lambda ranked: ranked[0])[:MOST]]


def _is_enough(wanted: str) -> bool:
    """Two letters; one where a letter can be a name."""
    bare = searchable(wanted)
    return len(bare) > 1 or (bool(bare) and not bare.isascii())


def _students(actor: Actor, wanted: str, ranks: Ranks, day: date, *, wide: bool) -> list[Ranked]:
    if not actor.may(Permission.STUDENTS_VIEW):
        return []
    numbered = len(wanted) >= _SHORTEST_NUMBER and any(c.isdigit() for c in wanted)
    rows = Student.objects.filter(visible_students(actor)).annotate(here=is_on_roll(day))
    if wide:
        meant = Q(person__in=list(ranks))
        rows = rows.filter(meant | Q(registration_number__startswith=wanted) if numbered else meant)
    columns = ("pk", "person_id", "person__full_name", "registration_number", "here")
    found = [
        (not here, ranks.get(person, -1), pk, name, number)
        for pk, person, name, number, here in rows.order_by("registration_number").values_list(*columns)[:_MOST_OF_ALL]
        if person in ranks or (numbered and number.startswith(wanted))
    ]
    best = sorted(found, key=lambda row: row[:2])[:MOST]
    placed = standings([row[2] for row in best], day)
    return [
        (rank + _MOST_OF_ALL * gone, Hit(name, f"/students/{pk}/", _where(placed[pk], number, gone=gone)))
        for gone, rank, pk, name, number in best
    ]


def _where(placed: Standing, number: str, *, gone: bool) -> str:
    places = (_("not on roll"),) if gone else (placed.grade, placed.form)
    return " · ".join(part for part in (*places, number) if part)


def _guardians(actor: Actor, ranks: Ranks, day: date) -> list[Ranked]:
    """Guardians of the students whose contacts the actor may see; they lead to their first child."""
    if not actor.may(Permission.CONTACTS_VIEW):
        return []
    rows = GuardianLink.objects.filter(holds_on(day))
    if actor.reaches_all(Permission.CONTACTS_VIEW):
        rows = rows.filter(guardian__in=list(ranks))
    visible = Student.objects.filter(visible_students(actor, Permission.CONTACTS_VIEW))
    columns = (
        rows.filter(student__in=visible)
        .order_by("contact_order", "student")
        .values_list("guardian_id", "guardian__full_name", "student_id", "student__person__full_name")
    )
    families: dict[UUID, list[tuple[str, UUID, str]]] = {}
    for guardian, name, student, child in columns:
        if guardian in ranks:
            families.setdefault(guardian, []).append((name, student, child))
    return [
        (ranks[guardian], Hit(rows[0][0], f"/students/{rows[0][1]}/", _of_whom([child for *_other, child in rows])))
        for guardian, rows in families.items()
    ]  # fmt: skip


def _of_whom(children: Sequence[str]) -> str:
    return _("Guardian of %(children)s") % {"children": ", ".join(children[:3])}


def _staff(actor: Actor, ranks: Ranks, day: date) -> list[Ranked]:
    """Who works here now, for those who work here too: they lead to the account, or to a class of theirs."""
    if not actor.reaches_all(Permission.CLASSES_VIEW):
        return []
    rows = Staff.objects.filter(Q(leaves_on__isnull=True) | Q(leaves_on__gte=day)).select_related("person")
    if len(ranks) <= _MOST_KNOWN:
        rows = rows.filter(person__in=list(ranks))
    found = sorted((row for row in rows if row.person_id in ranks), key=lambda row: ranks[row.person_id])[:MOST]
    teaching = ClassTeacher.objects.filter(holds_on(day), staff__in=found).order_by("role", "school_class__name")
    taught: dict[UUID, list[tuple[UUID, str]]] = {}
    for staff, class_id, name in teaching.values_list("staff_id", "school_class_id", "school_class__name"):
        taught.setdefault(staff, []).append((class_id, name))
    hits = []
    for member in found:
        classes = taught.get(member.pk, [])
        href = _account_of(member, actor) or next((f"/classes/{pk}/" for pk, _name in classes), "")
        names = _("Teaches %(classes)s") % {"classes": ", ".join(name for _pk, name in classes[:3])} if classes else ""
        if href:
            hits.append(
                (ranks[member.person_id], Hit(member.person.full_name, href, names or member.job or _("Staff")))
            )
    return hits


def _account_of(member: Staff, actor: Actor) -> str:
    if member.person.user_id is None or not actor.reaches_all(Permission.USERS_LIST):
        return ""
    return f"/settings/users/{member.person.user_id}/"
