"""Reading what is planned: requirements, rules, versions, runs. For those who make the timetable."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.timetable.models import PlannedLesson, Requirement, Rule, Run, Version

VERSION_ORDER = ("-created_at", "pk")
REQUIREMENT_ORDER = ("created_at", "pk")
RULE_ORDER = ("created_at", "pk")
RUN_ORDER = ("-created_at", "pk")
LESSON_ORDER = ("pk",)


def list_versions(actor: Actor, *, year: UUID | None = None, state: str = "") -> QuerySet[Version]:
    """Versions, newest first, each with how many lessons it has and how many of them have no place."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = Version.objects.filter(year=year) if year else Version.objects.all()
    rows = rows.filter(state=state) if state else rows
    counted = rows.annotate(
        lesson_count=Count("lessons"), unplaced_count=Count("lessons", filter=Q(lessons__day__isnull=True))
    )
    return counted.select_related("year").order_by(*VERSION_ORDER)


def get_version(version_id: UUID, *, actor: Actor) -> Version:
    """The version, for those who make the timetable."""
    row = list_versions(actor).filter(pk=version_id).first()
    if row is None:
        raise NotFoundError
    return row


def list_planned(
    version: Version,
    *,
    actor: Actor,
    teacher: UUID | None = None,
    school_class: UUID | None = None,
    room: UUID | None = None,
    day: int | None = None,
    placed: bool | None = None,
) -> QuerySet[PlannedLesson]:
    """The lessons of a version with who comes and who takes them."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = PlannedLesson.objects.filter(version=version)
    if teacher:
        rows = rows.filter(teachers__staff=teacher)
    if school_class:
        rows = rows.filter(classes__school_class=school_class)
    if room:
        rows = rows.filter(room=room)
    if day:
        rows = rows.filter(day=day)
    if placed is not None:
        rows = rows.filter(day__isnull=not placed)
    return _whole(rows).order_by(*LESSON_ORDER).distinct()


def get_planned(lesson_id: UUID, *, actor: Actor) -> PlannedLesson:
    """One lesson of a version."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _whole(PlannedLesson.objects.filter(pk=lesson_id)).select_related("version__year").first()
    if row is None:
        raise NotFoundError
    return row


def get_version_of(lesson_id: UUID, *, actor: Actor) -> Version:
    """The version that a planned lesson belongs to."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = Version.objects.filter(lessons=lesson_id).select_related("year").first()
    if row is None:
        raise NotFoundError
    return row


def _whole(rows: QuerySet[PlannedLesson]) -> QuerySet[PlannedLesson]:
    rows = rows.select_related("subject", "room")
    return rows.prefetch_related("classes__school_class", "classes__group", "teachers__staff__person")


def list_requirements(
    actor: Actor, *, year: UUID | None = None, school_class: UUID | None = None, teacher: UUID | None = None
) -> QuerySet[Requirement]:
    """What must be taught, with who, by whom and where."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = Requirement.objects.filter(year=year) if year else Requirement.objects.all()
    if school_class:
        rows = rows.filter(classes__school_class=school_class)
    if teacher:
        rows = rows.filter(teachers__staff=teacher)
    rows = rows.select_related("subject", "block")
    rows = rows.prefetch_related("classes__school_class", "classes__group", "teachers__staff__person", "rooms__room")
    return rows.order_by(*REQUIREMENT_ORDER).distinct()


def get_requirement(requirement_id: UUID, *, actor: Actor) -> Requirement:
    """One requirement."""
    row = list_requirements(actor).filter(pk=requirement_id).first()
    if row is None:
        raise NotFoundError
    return row


def list_rules(actor: Actor, *, year: UUID | None = None, kind: str = "") -> QuerySet[Rule]:
    """The rules of a year's timetable, with whom they are about."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = Rule.objects.filter(year=year) if year else Rule.objects.all()
    rows = rows.filter(kind=kind) if kind else rows
    return with_subjects(rows).order_by(*RULE_ORDER)


def with_subjects(rows: QuerySet[Rule]) -> QuerySet[Rule]:
    """Rules with whom and what they are about."""
    return rows.prefetch_related(
        "subjects__staff__person",
        "subjects__school_class",
        "subjects__room",
        "subjects__subject",
        "subjects__requirement__subject",
    )


def get_rule(rule_id: UUID, *, actor: Actor) -> Rule:
    """One rule."""
    row = list_rules(actor).filter(pk=rule_id).first()
    if row is None:
        raise NotFoundError
    return row


def list_runs(actor: Actor, *, version: UUID | None = None) -> QuerySet[Run]:
    """Runs of the engine, newest first."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = Run.objects.filter(version=version) if version else Run.objects.all()
    return rows.select_related("version").order_by(*RUN_ORDER)


def get_run(run_id: UUID, *, actor: Actor) -> Run:
    """One run."""
    row = list_runs(actor).filter(pk=run_id).first()
    if row is None:
        raise NotFoundError
    return row
