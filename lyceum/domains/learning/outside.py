"""Who followed a link to GitHub or Discord, which Lyceum does not control: under which name, and who should be gone."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.learning.materials import materials_of_run, still_reading
from lyceum.domains.learning.models import CourseEnrolment, LearnerNames, LearningSchedule, Material, MaterialOpening
from lyceum.domains.learning.policies import lineage, visible_enrolments
from lyceum.domains.learning.queries import get_schedule, may_edit_schedule
from lyceum.domains.learning.rules.access import approved_students
from lyceum.domains.people.models import Student

Kind = Material.Kind
NAMES = {Kind.GITHUB_REPOSITORY.value: "github_username", Kind.DISCORD.value: "discord_handle"}
"""Materials that let somebody in elsewhere, and by which of their names."""


@dataclass(frozen=True)
class Outsider:
    """A learner who followed a link that leads out."""

    opening: MaterialOpening
    name: str
    """What they are called there; empty where they did not say."""
    has_access: bool
    """Whether the material is open to them today."""

    @property
    def is_to_be_removed(self) -> bool:
        """Whether somebody has to take them out there by hand."""
        return not self.has_access and self.opening.removed_at is None


def list_outsiders(schedule_id: UUID, *, actor: Actor) -> list[Outsider]:
    """The learners of a run who followed a link of it, or of its course, by name. For who teaches or plans the run.

    The number of statements does not depend on the number of learners.
    """
    schedule = _taught(schedule_id, actor)
    learners = CourseEnrolment.objects.filter(visible_enrolments(actor), schedule=schedule)
    return outsiders_of(schedule, Q(pk__in=learners.values("student")))


def list_learner_names(schedule_id: UUID, *, actor: Actor) -> list[LearnerNames]:
    """What the learners of a run said they are called at GitHub and Discord: to let them in. For the same people."""
    schedule = _taught(schedule_id, actor)
    learners = CourseEnrolment.objects.filter(visible_enrolments(actor), still_reading(), schedule=schedule)
    rows = LearnerNames.objects.filter(student__in=learners.values("student")).select_related("student__person")
    return list(rows.order_by("student__person__sort_name", "pk"))


def _taught(schedule_id: UUID, actor: Actor) -> LearningSchedule:
    actor.require(Permission.LEARNERS_VIEW)
    schedule = get_schedule(schedule_id, actor=actor)
    if not may_edit_schedule(schedule_id, actor):
        actor.require_all(Permission.SCHEDULES_EDIT)
    return schedule


def outsiders_of(schedule: LearningSchedule, students: Q) -> list[Outsider]:
    """The same of some students, whoever asks."""
    courses = [each.pk for each in lineage(schedule.course)]
    leads_out = Material.objects.filter(materials_of_run(schedule.pk) | Q(course__in=courses), kind__in=NAMES)
    rows = MaterialOpening.objects.filter(
        material__in=leads_out, student__in=Student.objects.filter(students)
    ).select_related("material", "student__person")
    found = list(rows.order_by("student__person__sort_name", "opened_at", "pk"))
    ids = {each.student_id for each in found}
    approved = set(Student.objects.filter(approved_students(courses), pk__in=ids).values_list("pk", flat=True))
    on_run = CourseEnrolment.objects.filter(still_reading(), schedule=schedule, student__in=ids)
    reading = set(on_run.values_list("student", flat=True)) & approved
    names = {each.student_id: each for each in LearnerNames.objects.filter(student__in=ids)}
    return [
        Outsider(
            each,
            getattr(names.get(each.student_id), NAMES[each.material.kind], ""),
            each.student_id in (approved if each.material.course_id else reading),
        )
        for each in found
    ]
