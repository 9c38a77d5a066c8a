"""Telling learners what happens to their runs: themselves, and for who has no account the adults who are told."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.domains.accounts.models import User
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.contacts_for import Purpose, contacts_of
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today

CANCELLED, PROMOTED = "learning.run_cancelled", "learning.place_free"

declare(
    CANCELLED,
    Text(
        subject=_("{run} does not take place"),
        message=_("{run} does not take place: {reason}"),
        short=_("{school}: {run} does not take place."),
        placeholders=("school", "run", "reason"),
    ),
)
declare(
    PROMOTED,
    Text(
        subject=_("A place in {run}"),
        message=_("A place in {run} has become free, and it is for you."),
        short=_("{school}: a place in {run} is for you."),
        placeholders=("school", "run"),
    ),
)


def tell_cancelled(schedule: LearningSchedule, students: Sequence[Student], *, actor: Actor) -> None:
    """A run does not take place; the reason is the office's own words."""
    values = {"run": str(schedule), "reason": schedule.reason}
    _tell(CANCELLED, schedule, values, students, actor)


def tell_of_places(schedule: LearningSchedule, promoted: Sequence[CourseEnrolment], *, actor: Actor) -> None:
    """Whoever waited has a place now."""
    for each in promoted:
        _tell(PROMOTED, schedule, {"run": str(schedule)}, [each.student], actor)


def _tell(
    template: str, schedule: LearningSchedule, values: dict[str, str], students: Sequence[Student], actor: Actor
) -> None:
    told = _learners(students, actor)
    if not told:
        return
    first = min(each.pk for each in students)
    news = News(
        type=Type.ENROLMENT.value,
        template=template,
        values=values,
        dedupe_key=f"{template}:{schedule.pk}:{first if template == PROMOTED else ''}",
        urgency=Urgency.IMPORTANT.value,
        link=f"/learning/runs/{schedule.pk}/",
        source=f"learning.schedule:{schedule.pk}",
    )
    notify(news, told, actor=actor)


def _learners(students: Sequence[Student], actor: Actor) -> list[Recipient]:
    users = User.objects.filter(pk__in=[each.person.user_id for each in students if each.person.user_id])
    known = {user.pk: user for user in users.prefetch_related("emails")}
    told = {
        each.person_id: Recipient(
            person=each.person_id,
            name=each.person.full_name,
            reason="learner",
            user=user.pk,
            language=user.locale,
            addresses={"email": [mail.address for mail in user.emails.all() if mail.verified_at][:1]},
        )
        for each in students
        if (user := known.get(each.person.user_id)) is not None
    }
    alone = [each.pk for each in students if each.person_id not in told]
    if alone:
        for choices in contacts_of(alone, purpose=Purpose.GENERAL, day=today(), actor=actor).values():
            for choice in choices:
                if choice.is_told:
                    told.setdefault(choice.person, choice.as_recipient())
    return list(told.values())
