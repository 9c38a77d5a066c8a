"""Families whom nobody could tell: who would stay after school waits for them, and the office knows at once."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import Detention, DetentionType, Notice
from lyceum.domains.behaviour.rules.detentions.telling import why_nobody
from lyceum.domains.behaviour.rules.telling import recipients_for
from lyceum.domains.notifications.queries import find_lost
from lyceum.domains.notifications.rules.notify import News, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.office import office_recipients
from lyceum.domains.people.policies import of_age_since
from lyceum.domains.tenancy.queries import today

UNTOLD = "behaviour.detention_untold"

declare(
    UNTOLD,
    Text(
        subject=_("A family could not be told of a detention"),
        message=_("The family of {child} could not be told of a detention: {why}. Please call them."),
        short=_("{school}: a family could not be told of a detention."),
        placeholders=("school", "child", "why"),
    ),
)


def find_untold(rows: Sequence[Detention], *, actor: Actor) -> dict[UUID, str]:
    """Of those who would stay after school: by detention, why nobody of the family can be told.

    Whoever is of age decides who is told of them, and waits for nobody.
    """
    of_age = of_age_since(today())
    asked = [row for row in rows if _owes_word(row.type) and row.told_at is None and not _is_of_age(row, of_age)]
    told = recipients_for([row.student_id for row in asked], actor=actor) if asked else {}
    return {row.pk: why_nobody(told[row.student_id]) for row in asked if not any(r.told for r in told[row.student_id])}


def _is_of_age(row: Detention, since: date) -> bool:
    born = row.student.person.birth_date
    return born is not None and born <= since


def _owes_word(kind: DetentionType) -> bool:
    return kind.tell_guardians and kind.when == DetentionType.When.AFTER_SCHOOL


def tell_office(rows: Sequence[Detention], *, actor: Actor) -> None:
    """Let the office know of detentions that wait for their families, once a day of each."""
    for row in rows:
        news = News(
            type=Type.DETENTION.value,
            template=UNTOLD,
            values={"child": row.student.person.full_name, "why": row.untold},
            dedupe_key=f"{UNTOLD}:{row.pk}:{today()}",
            urgency=Urgency.IMPORTANT.value,
            channels=(Channel.EMAIL.value,),
            link=f"/behaviour/detentions/{row.pk}/",
            source=f"untold:{row.pk}",
        )
        notify(news, office_recipients(Permission.SLOTS_EDIT, about=row.student_id), actor=actor)


def list_lost(instant: datetime) -> list[Detention]:
    """Coming detentions after school, locked, of which every message came to nothing; each says so."""
    ahead = Detention.objects.filter(
        state=Detention.State.SCHEDULED,
        starts_at__gt=instant,
        type__tell_guardians=True,
        type__when=DetentionType.When.AFTER_SCHOOL,
    )
    sent = Notice.objects.filter(
        detention__in=ahead.values("pk"), state=Notice.State.SENT, acknowledged_at__isnull=True
    )
    newest = {notice.detention: notice for notice in sent.order_by("sent_at", "pk") if notice.detention}
    lost = find_lost({str(notice.pk) for notice in newest.values()})
    wanted = [pk for pk, notice in newest.items() if notice.nobody_reached or str(notice.pk) in lost]
    if not wanted:
        return []
    rows = list(
        ahead.filter(pk__in=wanted).select_related("student__person", "type", "slot").select_for_update(of=("self",))
    )
    for row in rows:
        row.told_at, row.untold = None, say("No message reached the family.")
    Detention.objects.bulk_update(rows, ["told_at", "untold"])
    return rows


def count_as_told(detention: Detention, *, actor: Actor) -> None:
    """Somebody told the family themselves: what was still to go out does not, and nobody is asked to confirm it."""
    now = clock.now()
    detention.told_at, detention.untold = now, ""
    notices = Notice.objects.filter(detention=detention.pk)
    notices.filter(state__in=(Notice.State.HELD, Notice.State.RECALLABLE)).update(
        state=Notice.State.WITHDRAWN, withdrawn_reason=say("The family was told in person."), updated_at=now
    )
    notices.filter(state=Notice.State.SENT, acknowledged_at__isnull=True).update(
        acknowledged_at=now, acknowledged_by=actor.user_id, acknowledged_by_name=actor.name[:200], updated_at=now
    )
