"""Telling of absences: the office, of what a teacher asks for; the teacher, of the answer."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.language import speaking
from lyceum.core.permissions import Permission
from lyceum.domains.notifications.rules.notify import News, notify
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.office import office_recipients, staff_recipient
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import StaffAbsence
from lyceum.domains.timetable.rules.covers.telling import users_of
from lyceum.domains.timetable.texts import ABSENCE_ASKED, ABSENCE_DECIDED


def absence_words(row: StaffAbsence) -> str:
    """When somebody is away, in words."""
    first, last = date_format(row.starts_on, "D j M"), date_format(row.ends_on, "D j M")
    if row.starts_period is not None:
        first = _("%(day)s from period %(number)s") % {"day": first, "number": row.starts_period}
    if row.ends_period is not None:
        last = _("%(day)s until period %(number)s") % {"day": last, "number": row.ends_period}
    return first if first == last else f"{first} – {last}"


def tell_office(row: StaffAbsence, *, actor: Actor) -> None:
    """Those who decide hear that somebody asks; at once where it is about today."""
    news = News(
        type=Type.COVER.value,
        template=ABSENCE_ASKED,
        values={"name": str(row.staff), "days": absence_words(row)},
        dedupe_key=f"{ABSENCE_ASKED}:{row.pk}",
        urgency=(Urgency.URGENT if row.starts_on <= today() else Urgency.IMPORTANT).value,
        link=f"/staff-absences/{row.pk}/",
        source=str(row.pk),
    )
    notify(news, office_recipients(Permission.STAFF_ABSENCES_EDIT), actor=actor)


def tell_of_decision(row: StaffAbsence, *, reason: str, actor: Actor) -> None:
    """The teacher hears the answer."""
    user = users_of({row.staff_id}).get(row.staff_id)
    if user is None:
        return
    with speaking(user.locale):
        days, answer = absence_words(row), str(row.get_state_display())
    news = News(
        type=Type.COVER.value,
        template=ABSENCE_DECIDED,
        values={"days": days, "answer": answer, "reason": reason},
        dedupe_key=f"{ABSENCE_DECIDED}:{row.pk}:{row.state}",
        urgency=Urgency.IMPORTANT.value,
        link=f"/staff-absences/{row.pk}/",
        source=str(row.pk),
    )
    notify(news, [staff_recipient(user, "absence")], actor=actor)
