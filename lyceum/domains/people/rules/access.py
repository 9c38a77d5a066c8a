"""At 18 guardians' access to a student ends, unless the student agrees; all of them hear of it 30 days before."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.contacts_for import Choice, Purpose, contacts_of
from lyceum.domains.people.models import ComingOfAge, ContactPoint, GuardianLink, Student
from lyceum.domains.people.policies import holds_on, of_age_since
from lyceum.domains.people.queries import get_own_record
from lyceum.domains.people.settings import people_settings
from lyceum.domains.tenancy.queries import this_school, today

TOLD_BEFORE = timedelta(days=30)
DAY = timedelta(days=1)


_HAS_ACCESS = Q(portal__in=("view", "full")) | ~Q(channels=[])


class NotOfAgeError(RuleError):
    """Who is not of age decides this later."""

    code = "not_of_age"


def of_age_on(birth_date: date) -> date:
    """The first day on which guardians see somebody, and are told about them, only if they agree."""
    year = birth_date.year + people_settings().age_of_access
    try:
        return birth_date.replace(year=year)
    except ValueError:  # born on 29 February: the day after the 28th
        return date(year, 3, 1)


def list_access(student: Student) -> list[GuardianLink]:
    """The guardians who see a student in Lyceum or are told about them, or would be, in contact order."""
    rows = GuardianLink.objects.filter(holds_on(today()), _HAS_ACCESS, student=student)
    return list(rows.select_related("guardian").order_by("contact_order"))


@transaction.atomic
def agree_to_access(links: Collection[UUID], *, actor: Actor) -> list[GuardianLink]:
    """Say which guardians go on seeing oneself. Whoever is not named sees nothing from the day one is of age."""
    actor.require(Permission.CHANGES_ASK)
    student = get_own_record(actor)
    birth, day = student.person.birth_date, today()
    if birth is None or day < of_age_on(birth) - TOLD_BEFORE:
        raise NotOfAgeError(_("You decide this once you are of age; you will be told in time."))
    rows = list_access(student)
    if set(links) - {row.pk for row in rows}:
        raise NotFoundError
    changes: dict[str, list[str | None]] = {}
    for row in rows:
        agreed = (row.student_agreed_on or day) if row.pk in links else None
        if agreed != row.student_agreed_on:
            changes[row.guardian.full_name] = [_said(row.student_agreed_on), _said(agreed)]
            row.student_agreed_on = agreed
            row.save(update_fields=["student_agreed_on", "updated_at"])
    if changes:
        record("people.access.agree", target=Target.of(student), changes=changes, actor=actor)
    return rows


def _said(day: date | None) -> str | None:
    return day.isoformat() if day else None


@transaction.atomic
def tell_of_coming_of_age(*, actor: Actor) -> int:
    """Tell students who come of age within 30 days, and their guardians with access. Returns how many students."""
    day = today()
    first, last = of_age_since(day) + DAY, of_age_since(day + TOLD_BEFORE)
    links = GuardianLink.objects.filter(holds_on(day), _HAS_ACCESS, student_agreed_on__isnull=True)
    rows = Student.objects.filter(pk__in=links.values("student"), person__birth_date__range=(first, last))
    students = [s for s in rows.select_related("person__user") if s.person.birth_date]
    on = {s.pk: of_age_on(s.person.birth_date) for s in students if s.person.birth_date}
    told = set(ComingOfAge.objects.filter(student__in=on).values_list("student_id", "on"))
    waiting = [s for s in students if (s.pk, on[s.pk]) not in told]
    if not waiting:
        return 0
    ComingOfAge.objects.bulk_create(ComingOfAge(student=s, on=on[s.pk]) for s in waiting)
    choices = contacts_of([s.pk for s in waiting], purpose=Purpose.GENERAL, day=day, actor=actor)
    addresses = _addresses(waiting)
    school = this_school().name
    for student in waiting:
        _tell(student, on[student.pk], choices.get(student.pk, []), addresses, school, actor)
    return len(waiting)


def _addresses(students: Sequence[Student]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    points = ContactPoint.objects.filter(person__in=[s.person_id for s in students], kind="email", failing_since=None)
    for point in points.order_by("-preferred", "pk"):
        found[point.person_id].append(point.value)
    return found


def _tell(
    student: Student,
    on: date,
    choices: Sequence[Choice],
    addresses: dict[UUID, list[str]],
    school: str,
    actor: Actor,
) -> None:
    person = student.person
    values = {"school": school, "name": person.called, "day": partial(date_format, on, "j F Y")}
    guardians = [c.as_recipient(link="/today/" if c.portal != "none" else "") for c in choices if c.is_told]
    own = Recipient(
        person=person.pk,
        name=person.full_name,
        reason=_("the student"),
        user=person.user_id,
        language=person.user.locale if person.user else "",
        addresses={"email": tuple(addresses[person.pk])} if addresses.get(person.pk) else {},
        link="/my-access/",
    )
    for template, people in (("coming_of_age.guardian", guardians), ("coming_of_age.student", [own])):
        news = News(
            type=Type.ACCOUNT.value,
            template=template,
            values=values,
            dedupe_key=f"{template}:{student.pk}:{on}",
            urgency=Urgency.IMPORTANT.value,
            about_student=student.pk,
            source=str(student.pk),
        )
        notify(news, people, actor=actor)
