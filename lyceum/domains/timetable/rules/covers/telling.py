"""Telling those who cover: today's at once, another day's in their own time."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.language import speaking
from lyceum.domains.accounts.models import User
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.models import Staff
from lyceum.domains.people.office import staff_recipient
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Cover
from lyceum.domains.timetable.texts import ANSWERED

HREF = "/cover/mine/"


def tell_teachers(template: str, covers: Iterable[Cover], *, occasion: str, actor: Actor) -> None:
    """Tell each who covers of all their lessons in one word, those of today apart and at once."""
    day = today()
    coming = [cover for cover in covers if cover.teacher_id and cover.on >= day]
    users = users_of({cover.teacher_id for cover in coming if cover.teacher_id})
    for urgency, chosen in (
        (Urgency.URGENT, [cover for cover in coming if cover.on == day]),
        (Urgency.IMPORTANT, [cover for cover in coming if cover.on != day]),
    ):
        told = [
            _recipient(user, [cover for cover in chosen if cover.teacher_id == staff]) for staff, user in users.items()
        ]
        if not chosen or not told:
            continue
        first = min(chosen, key=lambda cover: (cover.on, cover.pk))
        news = News(
            type=Type.COVER.value,
            template=template,
            values={},
            dedupe_key=f"{template}:{first.pk}:{occasion}",
            urgency=urgency.value,
            link=HREF,
            source=str(first.pk),
        )
        notify(news, [each for each in told if each.values["lessons"]], actor=actor)


def users_of(staff: set[UUID]) -> dict[UUID, User]:
    """The accounts of some staff, by the ids of their rows."""
    rows = Staff.objects.filter(pk__in=staff, person__user__isnull=False).values_list("pk", "person__user")
    accounts = dict(rows)
    users = User.objects.filter(pk__in=accounts.values()).prefetch_related("emails").in_bulk() if accounts else {}
    return {staff_id: users[user] for staff_id, user in accounts.items() if user in users}


def _recipient(user: User, covers: Sequence[Cover]) -> Recipient:
    known = staff_recipient(user, "cover")
    with speaking(user.locale):
        words = "; ".join(cover_words(cover) for cover in sorted(covers, key=_when))
    return Recipient(
        person=known.person,
        name=known.name,
        reason=known.reason,
        user=known.user,
        language=known.language,
        addresses=known.addresses,
        usual=known.usual,
        values={"lessons": words},
    )


def _when(cover: Cover) -> tuple[object, ...]:
    return (cover.on, cover.lesson.starts_at, cover.part, cover.pk)


def cover_words(cover: Cover) -> str:
    """A cover in words: which class, when, where."""
    lesson, room = cover.lesson, cover.room or cover.lesson.room
    period = _("period %(number)s") % {"number": cover.part} if cover.part else lesson.period
    said = _("%(class_name)s on %(day)s, %(period)s (%(starts)s)") % {
        "class_name": lesson.school_class,
        "day": date_format(cover.on, "D j M"),
        "period": period,
        "starts": f"{lesson.starts_at:%H:%M}",
    }
    return f"{said}, {room}" if room else said


def tell_who_asked(cover: Cover, *, answer: str, reason: str, actor: Actor) -> None:
    """Tell whoever asked how it was answered."""
    user = User.objects.filter(pk=cover.assigned_by).prefetch_related("emails").first() if cover.assigned_by else None
    if user is None:
        return
    with speaking(user.locale):
        words = cover_words(cover)
    news = News(
        type=Type.COVER.value,
        template=ANSWERED,
        values={"name": str(cover.teacher), "answer": answer, "lessons": words, "reason": reason},
        dedupe_key=f"{ANSWERED}:{cover.pk}:{cover.state}",
        urgency=(Urgency.URGENT if cover.on == today() else Urgency.IMPORTANT).value,
        link=f"/cover/?date={cover.on}",
        source=str(cover.pk),
    )
    notify(news, [staff_recipient(user, "cover")], actor=actor)
