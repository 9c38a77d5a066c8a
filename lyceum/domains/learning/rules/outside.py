"""GitHub and Discord: learners say what they are called there, and who teaches takes out whose access has ended."""

import re
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import CourseEnrolment, LearnerNames, LearningSchedule, MaterialOpening
from lyceum.domains.learning.outside import Outsider, list_outsiders, outsiders_of
from lyceum.domains.learning.policies import find_own_student
from lyceum.domains.learning.rules.refusals import NotALearnerError
from lyceum.domains.notifications.choice import STAFF_WISHES
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.tenancy.queries import today

_GITHUB = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_DISCORD = re.compile(r"[a-z0-9._]{2,32}|[^#@:\s][^#@:\n]{0,30}[^#@:\s]#\d{4}")
REMOVE = "learning.remove_outside"

declare(
    REMOVE,
    Text(
        subject=later("Somebody is to be removed outside Lyceum"),
        message=later("The access of a learner of {run} has ended. Take them out of {where}, and tick them off."),
        short=later("{school}: a learner of {run} is to be taken out of {where}."),
        placeholders=("school", "run", "where"),
    ),
)


def read_own_names(actor: Actor) -> LearnerNames:
    """What the actor is called at GitHub and Discord."""
    student = find_own_student(actor)
    if student is None:
        raise NotALearnerError(_("You have no record as a learner here."))
    return LearnerNames.objects.filter(student=student).first() or LearnerNames(student=student)


@transaction.atomic
def set_own_names(*, values: Mapping[str, str], actor: Actor) -> LearnerNames:
    """Say what one is called at GitHub and Discord: whoever teaches one's runs reads it, and nobody else."""
    row = read_own_names(actor)
    changes = changed_fields(row, {name: _checked(name, values[name]) for name in ("github_username", "discord_handle")
                                   if name in values})  # fmt: skip
    if changes:
        with refusing(learner_names_once=_twice):
            row.save()
        record("learning.names.edit", target=Target(row._meta.label_lower, row.pk), changes=changes, actor=actor)
    return row


@transaction.atomic
def note_removed(schedule_id: UUID, opening_id: UUID, *, actor: Actor) -> MaterialOpening:
    """Somebody was taken out of where a material leads. Twice is once."""
    found = {each.opening.pk: each for each in list_outsiders(schedule_id, actor=actor)}
    if opening_id not in found:
        raise NotFoundError
    row = MaterialOpening.objects.select_for_update().get(pk=opening_id)
    if row.removed_at is None:
        row.removed_at, row.removed_by = clock.now(), actor.id
        row.save(update_fields=["removed_at", "removed_by", "updated_at"])
        target = Target(row._meta.label_lower, row.pk, found[opening_id].opening.material.title)
        record("learning.material.note_removed", target=target, actor=actor)
    return row


@transaction.atomic
def ask_to_remove(student_id: UUID, *, actor: Actor) -> None:
    """Whoever teaches a run that a student was on hears whom to take out elsewhere; of each material once a day."""
    joined = CourseEnrolment.objects.filter(student=student_id).values("schedule")
    runs = LearningSchedule.objects.filter(pk__in=joined).select_related(
        "course__parent__parent", "instructor__person__user"
    )
    for run in runs.prefetch_related("co_instructors__staff__person__user"):
        for each in outsiders_of(run, Q(pk=student_id)):
            if each.is_to_be_removed:
                _tell(run, each, actor)


def _tell(run: LearningSchedule, outsider: Outsider, actor: Actor) -> None:
    staff = [run.instructor, *(each.staff for each in run.co_instructors.all())]
    users = {each.person.user.pk: each.person.user for each in staff if each and each.person.user}
    news = News(
        type=Type.ENROLMENT.value,
        template=REMOVE,
        values={"run": str(run), "where": outsider.opening.material.title},
        dedupe_key=f"{REMOVE}:{run.pk}:{outsider.opening.pk}:{today()}",
        urgency=Urgency.IMPORTANT.value,
        link=f"/learning/runs/{run.pk}/learners/#outside",
        source=f"learning.schedule:{run.pk}",
    )
    told = [
        Recipient(person=user.pk, name=user.full_name, user=user.pk, language=user.locale, usual=STAFF_WISHES)
        for user in users.values()
    ]
    if told:
        notify(news, told, actor=actor)


def _checked(name: str, given: str) -> str:
    text = given.strip().removeprefix("@")
    if name == "github_username" and text and not (_GITHUB.fullmatch(text) and len(text) <= 39):
        raise invalid_field(f"/{name}", "format", _("Give the name that stands behind github.com/, as in octocat."))
    if name == "discord_handle" and text and not _DISCORD.fullmatch(text):
        raise invalid_field(f"/{name}", "format", _("Give the name as Discord shows it, as in nelly or nelly#1234."))
    return text


def _twice() -> InvalidError:
    return invalid_field("/github_username", "taken", _("This was saved at the same moment. Try again."))
