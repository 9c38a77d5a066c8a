"""Intakes, their forms and the steps of their selection: made, changed, published, archived."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.money import CURRENCIES
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear, Grade
from lyceum.domains.admissions.models import ApplicationForm, Intake, IntakeCourse, SelectionStep, StepReviewer
from lyceum.domains.admissions.rules.refusals import IntakeInUseError
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import Course
from lyceum.domains.people.models import Staff

STANDING = "General"
TEXTS = {"name": 80, "currency": 3}
PLAIN = (
    "places", "over_offer", "opens_at", "closes_at", "age_from", "age_to", "reference_date", "needs_acceptance",
    "offer_days", "fee_minor", "deposit_minor", "decisions_visible_at", "blind_review",
    "needs_deposit",
)  # fmt: skip
MOST_DOCUMENTS, MOST_REVIEWERS = 30, 50


class NameTakenError(InvalidError):
    """Another one has that name."""

    code = "name_taken"


def add_standing_intake() -> Intake:
    """The course intake that every school has: always open, for every published course, without a limit."""
    found = Intake.objects.filter(is_standing=True).first()
    if found is not None:
        return found
    status, kind = Intake.Status.PUBLISHED, Intake.Kind.COURSE
    return Intake.objects.get_or_create(
        name=STANDING, defaults={"kind": kind, "status": status, "is_standing": True}
    )[0]  # fmt: skip


@transaction.atomic
def create_intake(*, kind: str, name: str, values: Mapping[str, Any] | None = None, actor: Actor) -> Intake:
    """Make an intake, as a draft. A year group is offered and accepted, unless told otherwise."""
    actor.require_all(Permission.INTAKES_EDIT)
    if kind not in Intake.Kind.values:
        raise invalid_field("/kind", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(Intake.Kind)})
    given = {"needs_acceptance": kind == Intake.Kind.YEAR_GROUP, **(values or {}), "name": name}
    courses = given.pop("courses", None)
    intake = Intake(kind=kind)
    changed_fields(intake, _checked(given))
    _check_whole(intake)
    with refusing(intake_name_once=lambda: _taken(intake.name)):
        intake.save(force_insert=True)
    if courses is not None:
        _set_courses(intake, courses)
    record("admissions.intake.create", target=Target.of(intake), actor=actor)
    return intake


@transaction.atomic
def edit_intake(intake_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Intake:
    """Change some of an intake. What applicants were promised already, as steps, stays with them."""
    intake = get_intake_for_edit(intake_id, actor=actor)
    given = dict(values)
    courses = given.pop("courses", None)
    if intake.is_standing and given.keys() - {"form", "documents"}:
        raise invalid_field(
            f"/{sorted(given.keys() - {'form', 'documents'})[0]}",
            "read_only",
            _("The standing intake is always open. Make another intake for dates, ages and places."),
        )
    changes = changed_fields(intake, _checked(given))
    _check_whole(intake)
    if changes:
        with refusing(intake_name_once=lambda: _taken(intake.name)):
            intake.save()
    if courses is not None:
        _set_courses(intake, courses)
        changes["courses"] = [None, [str(each) for each in courses]]
    if changes:
        record("admissions.intake.edit", target=Target.of(intake), changes=changes, actor=actor)
    return intake


@transaction.atomic
def publish_intake(intake_id: UUID, *, actor: Actor) -> Intake:
    """Let people apply from its first day on."""
    intake = get_intake_for_edit(intake_id, actor=actor)
    if intake.kind == Intake.Kind.COURSE and not intake.is_standing and not intake.course_links.exists():
        raise invalid_field("/courses", "required", _("Name at least one course."))
    return _set_status(intake, Intake.Status.PUBLISHED, actor)


@transaction.atomic
def archive_intake(intake_id: UUID, *, actor: Actor) -> Intake:
    """Take no more applications; those that are there are decided as before."""
    intake = get_intake_for_edit(intake_id, actor=actor)
    if intake.is_standing:
        raise IntakeInUseError(_("The standing intake is always there."))
    return _set_status(intake, Intake.Status.ARCHIVED, actor)


@transaction.atomic
def delete_intake(intake_id: UUID, *, actor: Actor) -> None:
    """Delete an intake to which nobody ever applied."""
    intake = get_intake_for_edit(intake_id, actor=actor)
    if intake.is_standing or intake.applications.exists():
        raise IntakeInUseError(_("Applications belong to %(intake)s. Archive it instead.") % {"intake": intake})
    target = Target.of(intake)
    intake.delete()
    record("admissions.intake.delete", target=target, actor=actor)


def _set_status(intake: Intake, status: Intake.Status, actor: Actor) -> Intake:
    changes = changed_fields(intake, {"status": status.value})
    if changes:
        intake.save(update_fields=["status", "updated_at"])
        record(f"admissions.intake.{status.value}", target=Target.of(intake), changes=changes, actor=actor)
    return intake


def get_intake_for_edit(intake_id: UUID, *, actor: Actor) -> Intake:
    """The intake, locked, for those who edit intakes."""
    actor.require_all(Permission.INTAKES_EDIT)
    intake = Intake.objects.select_for_update(of=("self",)).filter(pk=intake_id).first()
    if intake is None:
        raise NotFoundError
    return intake


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    values = {name: given.pop(name) for name in PLAIN if name in given}
    for name, longest in TEXTS.items():
        if name in given:
            values[name] = tidy(given.pop(name) or "")
            if len(values[name]) > longest:
                raise invalid_field(f"/{name}", "too_long", _("Use at most %(n)s letters.") % {"n": longest})
    if "name" in values and not values["name"]:
        raise invalid_field("/name", "required", _("Give a name."))
    for name, model in (("year", AcademicYear), ("grade", Grade), ("form", ApplicationForm)):
        if name in given:
            values[name] = _row(model, given.pop(name), name)
    if "documents" in given:
        values["documents"] = _documents(given.pop("documents"))
    if given:
        field = sorted(given)[0]
        raise invalid_field(f"/{field}", "read_only", _("%(field)s cannot be changed here.") % {"field": field})
    for name in ("places", "over_offer", "age_from", "age_to", "offer_days", "fee_minor", "deposit_minor"):
        _check_number(name, values.get(name), least=1 if name in ("places", "offer_days") else 0)
    return values


def _check_number(name: str, value: int | None, *, least: int) -> None:
    most = 365 if name in ("offer_days", "age_from", "age_to") else 1_000_000_000
    if value is not None and not least <= value <= most:
        message = _("Choose from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise invalid_field(f"/{name}", "range", message)


def _row(model: Any, row_id: UUID | None, name: str) -> Any:
    if row_id is None:
        return None
    found = model.objects.filter(pk=row_id).first()
    if found is None:
        raise invalid_field(f"/{name}", "unknown", _("There is no such %(what)s here.") % {"what": name})
    return found


def _documents(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = [{"type": tidy(str(each["type"]))[:80], "required": bool(each.get("required", True))} for each in given]
    if len(found) > MOST_DOCUMENTS:
        raise invalid_field("/documents", "too_many", _("Ask for at most %(n)s documents.") % {"n": MOST_DOCUMENTS})
    if not all(each["type"] for each in found) or len({each["type"] for each in found}) < len(found):
        raise invalid_field("/documents", "invalid", _("Each document has a name of its own."))
    return found


def _check_whole(intake: Intake) -> None:
    """What has to fit together."""
    faults = (
        ("closes_at", intake.opens_at and intake.closes_at and intake.opens_at >= intake.closes_at,
         _("It closes after it opens.")),
        ("age_to", intake.age_from is not None and intake.age_to is not None and intake.age_from > intake.age_to,
         _("The highest age is not below the lowest.")),
        ("currency", (intake.fee_minor or intake.deposit_minor) and intake.currency.upper() not in CURRENCIES,
         _("Give the currency in three letters, as in EUR.")),
        ("needs_deposit", intake.needs_deposit and not intake.deposit_minor, _("Say how high the deposit is.")),
        ("year", intake.kind == Intake.Kind.YEAR_GROUP and not intake.year, _("Name the school year.")),
        ("grade", intake.kind == Intake.Kind.YEAR_GROUP and not intake.grade, _("Name the year group.")),
    )  # fmt: skip
    for field, is_wrong, message in faults:
        if is_wrong:
            raise invalid_field(f"/{field}", "invalid", message)
    if intake.fee_minor is None and intake.deposit_minor is None:
        return
    intake.currency = intake.currency.upper()


def _set_courses(intake: Intake, courses: Sequence[UUID]) -> None:
    wanted = list(dict.fromkeys(courses))
    if wanted and (intake.is_standing or intake.kind != Intake.Kind.COURSE):
        raise invalid_field("/courses", "invalid", _("Only a course intake of one's own names courses."))
    if Course.objects.filter(pk__in=wanted).count() < len(wanted):
        raise invalid_field("/courses", "unknown", _("There is no such course here."))
    intake.course_links.exclude(course__in=wanted).delete()
    known = set(intake.course_links.values_list("course_id", flat=True))
    IntakeCourse.objects.bulk_create(IntakeCourse(intake=intake, course_id=pk) for pk in wanted if pk not in known)


def _taken(name: str) -> RuleError:
    return NameTakenError(_("There is an intake %(name)s already.") % {"name": name})


@transaction.atomic
def create_step(intake_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> SelectionStep:
    """Add a step, last where no place is given. It concerns those who apply from now on."""
    intake = get_intake_for_edit(intake_id, actor=actor)
    step = SelectionStep(intake=intake)
    last = max(intake.steps.values_list("order", flat=True), default=0)
    changed_fields(step, _checked_step({"order": last + 1, **values}))
    if not step.step_name:
        raise invalid_field("/step_name", "required", _("Give a name."))
    with _steps_apart(step):
        step.save(force_insert=True)
    record("admissions.step.create", target=Target.of(step), actor=actor)
    return step


@transaction.atomic
def edit_step(step_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> SelectionStep:
    """Change a step for those who apply from now on; who applied before keeps it as it was.

    Whoever is named to it as a reviewer looks at all who have it, also at those who applied before.
    """
    step, given = _get_step(step_id, actor), dict(values)
    reviewers = given.pop("reviewers", None)
    changes = changed_fields(step, _checked_step(given))
    if changes:
        with _steps_apart(step):
            step.save()
    if reviewers is not None:
        changes["reviewers"] = _set_reviewers(step, reviewers)
    if changes:
        record("admissions.step.edit", target=Target.of(step), changes=changes, actor=actor)
    return step


def _set_reviewers(step: SelectionStep, staff: Sequence[UUID]) -> list[list[str]]:
    """Name these and nobody else; returns who was named before and who is now, for the trail."""
    wanted = list(dict.fromkeys(staff))
    if len(wanted) > MOST_REVIEWERS or Staff.objects.filter(pk__in=wanted).count() < len(wanted):
        message = _("Name at most %(n)s people who work here.") % {"n": MOST_REVIEWERS}
        raise invalid_field("/reviewers", "unknown", message)
    before = list(step.reviewers.values_list("staff", flat=True))
    step.reviewers.exclude(staff__in=wanted).delete()
    StepReviewer.objects.bulk_create(StepReviewer(step=step, staff_id=pk) for pk in wanted if pk not in before)
    return [[str(pk) for pk in before], [str(pk) for pk in wanted]]


@transaction.atomic
def delete_step(step_id: UUID, *, actor: Actor) -> None:
    """Take a step out; who applied before keeps it."""
    step = _get_step(step_id, actor)
    target = Target.of(step)
    step.delete()
    record("admissions.step.delete", target=target, actor=actor)


def _steps_apart(step: SelectionStep) -> Any:
    taken = SelectionStep.objects.filter(intake=step.intake_id, order=step.order).exclude(pk=step.pk)
    if taken.exists():
        raise invalid_field("/order", "taken", _("Another step has this place."))
    return refusing(
        selection_step_name_once=lambda: NameTakenError(
            _("There is a step %(name)s already.") % {"name": step.step_name}
        )
    )


def _get_step(step_id: UUID, actor: Actor) -> SelectionStep:
    actor.require_all(Permission.INTAKES_EDIT)
    step = SelectionStep.objects.select_for_update(of=("self",)).filter(pk=step_id).first()
    if step is None:
        raise NotFoundError
    return step


def _checked_step(given: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(given)
    for name, longest in (("step_name", 80), ("description", 1000)):
        if name in values:
            values[name] = tidy(values[name] or "")
            if len(values[name]) > longest:
                raise invalid_field(f"/{name}", "too_long", _("Use at most %(n)s letters.") % {"n": longest})
    if values.get("step_name") == "":
        raise invalid_field("/step_name", "required", _("Give a name."))
    if "kind" in values and values["kind"] not in SelectionStep.Kind.values:
        raise invalid_field(
            "/kind", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(SelectionStep.Kind)}
        )
    for name in ("order", "days_to_do"):
        value = values.get(name)
        if value is not None and not 0 <= value <= 1000:
            raise invalid_field(f"/{name}", "range", _("Choose from 0 to 1000."))
    return values
