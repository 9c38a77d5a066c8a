"""Courses: making, changing, publishing, archiving and deleting them."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.references import counted
from lyceum.core.richtext import to_html
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.facts import CourseChanged
from lyceum.domains.learning.models import (
    Certificate,
    Completion,
    Course,
    CourseCategory,
    CourseEnrolment,
    LearningSchedule,
)
from lyceum.domains.learning.rules.pictures import forget_picture_of
from lyceum.domains.learning.rules.refusals import CourseInUseError, CourseStateError, NotReadyError
from lyceum.domains.learning.rules.stored import forget_files_of
from lyceum.domains.learning.rules.tree import check_parent, get_course_to_write, lock_tree, set_prerequisites
from lyceum.domains.learning.rules.wording import choice, free_slug, line, long_text, number, slug_of
from lyceum.domains.tenancy.queries import this_school

LONGEST_NAME, LONGEST_CODE, LONGEST_SUMMARY, LONGEST_DESCRIPTION = 160, 20, 300, 50_000
MOST_PRICE = 100_000_000
POLICY_KEYS = ("lessons", "assignments", "minimum_grade", "instructor_confirms", "certificate_valid_days")
_NUMBERS = ("minimum_grade", "certificate_valid_days")
LONGEST_VALID_DAYS = 36_500
_WAYS = {
    Course.Status.DRAFT: {Course.Status.PUBLISHED, Course.Status.ARCHIVED},
    Course.Status.PUBLISHED: {Course.Status.ARCHIVED},
    Course.Status.ARCHIVED: {Course.Status.PUBLISHED},
}
_PLAIN = ("is_required_in_parent", "order", "image_alt", "certificate_template", "tags")


@transaction.atomic
def create_course(*, values: Mapping[str, Any], actor: Actor) -> Course:
    """Make a course: a draft, unless the call says `status: published`."""
    actor.require_all(Permission.COURSES_EDIT)
    lock_tree()
    course = Course()
    given = dict(values)
    status = given.pop("status", Course.Status.DRAFT)
    fields = _checked({"name": "", **given})
    _set_slug(course, fields)
    changed_fields(course, fields)
    _place(course, given)
    with refusing(course_slug_once=_slug_taken, course_code_once=_code_taken):
        course.save(force_insert=True)
    if given.get("prerequisites"):
        set_prerequisites(course, given["prerequisites"])
    record("learning.course.create", target=Target.of(course), actor=actor)
    if status != Course.Status.DRAFT:
        _go_to(course, status, actor=actor)
    return course


@transaction.atomic
def edit_course(course_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Course:
    """Change some of a course; `status` publishes or archives it."""
    actor.require_all(Permission.COURSES_EDIT)
    if {"parent_id", "prerequisites", "status"} & set(values):
        lock_tree()
    course = get_course_to_write(course_id)
    given = dict(values)
    status = given.pop("status", course.status)
    changes = changed_fields(course, _checked(given))
    changes |= _place(course, given)
    if "prerequisites" in given:
        before = sorted(str(each) for each in course.prerequisites.values_list("needs_id", flat=True))
        now = set_prerequisites(course, given["prerequisites"] or ())
        if before != sorted(now):
            changes["prerequisites"] = [before, now]
    if changes:
        if course.status == Course.Status.PUBLISHED:
            _refuse_unready(course)
        with refusing(course_slug_once=_slug_taken, course_code_once=_code_taken):
            course.save()
        record(
            "learning.course.edit",
            target=Target.of(course),
            changes=_without_html(changes),
            facts=[CourseChanged(course=course.pk, status=course.status)],
            actor=actor,
        )
    if status != course.status:
        _go_to(course, status, actor=actor)
    return course


@transaction.atomic
def delete_course(course_id: UUID, *, actor: Actor) -> None:
    """Delete a course that nobody has used. Any other is archived."""
    actor.require_all(Permission.COURSES_EDIT)
    lock_tree()
    course = get_course_to_write(course_id)
    held = {
        _("runs"): LearningSchedule.objects.filter(course=course).count(),
        _("enrolments"): CourseEnrolment.objects.filter(schedule__course=course).count(),
        _("completions"): Completion.objects.filter(course=course).count(),
        _("certificates"): Certificate.objects.filter(completion__course=course).count(),
        _("subcourses"): Course.objects.filter(parent=course).count(),
        _("courses that need it"): course.leads_to.count(),
    }
    counts = {name: count for name, count in held.items() if count}
    if counts:
        raise CourseInUseError(
            _("%(name)s is in use: %(counts)s. Archive instead.") % {"name": course, "counts": counted(counts)},
            counts=counts,
        )
    forget_files_of(Q(course=course))
    forget_picture_of(course)
    record("learning.course.delete", target=Target.of(course), actor=actor)
    course.delete()


def _go_to(course: Course, wanted: str, *, actor: Actor) -> None:
    if wanted not in Course.Status.values:
        raise invalid_field("/status", "choice", _("Choose draft, published or archived."))
    if Course.Status(wanted) not in _WAYS[Course.Status(course.status)]:
        raise CourseStateError(
            _("A course that is %(now)s cannot become %(wanted)s.") % {"now": course.status, "wanted": wanted},
            status_now=course.status,
        )
    if wanted == Course.Status.PUBLISHED:
        _refuse_unready(course)
        course.published_at = course.published_at or clock.now()
    before, course.status = course.status, wanted
    course.save(update_fields=["status", "published_at", "updated_at"])
    record(
        "learning.course.status",
        target=Target.of(course),
        changes={"status": [before, wanted]},
        facts=[CourseChanged(course=course.pk, status=course.status)],
        actor=actor,
    )


def _refuse_unready(course: Course) -> None:
    """Publishing needs category, description and a published parent."""
    missing = []
    if course.category_id is None:
        missing.append(FieldError("/category", "required", _("A published course is in a category.")))
    if not course.description:
        missing.append(FieldError("/description", "required", _("A published course says what it is about.")))
    parent = Course.objects.filter(pk=course.parent_id).first() if course.parent_id else None
    if parent is not None and parent.status != Course.Status.PUBLISHED:
        missing.append(FieldError("/parent_id", "not_published", _("Publish the course above it first.")))
    if missing:
        raise NotReadyError(_("The course cannot be public like this."), errors=missing)


def _place(course: Course, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Where the course stands: its category and the course above it."""
    where: dict[str, Any] = {}
    if "category" in given:
        where["category_id"] = _category(given["category"])
    if "parent_id" in given:
        if given["parent_id"] is not None:
            check_parent(course.pk, given["parent_id"])
        where["parent_id"] = given["parent_id"]
    return changed_fields(course, where)


def _category(wanted: object) -> UUID | None:
    """By id or by slug."""
    if wanted in (None, ""):
        return None
    text = tidy(str(wanted))
    found = CourseCategory.objects.filter(slug=text).first()
    if found is None:
        try:
            found = CourseCategory.objects.filter(pk=UUID(text)).first()
        except ValueError:
            found = None
    if found is None:
        raise invalid_field("/category", "choice", _("There is no such category."))
    return found.pk


def _set_slug(course: Course, fields: dict[str, Any]) -> None:
    if "slug" not in fields:
        wish = slug_of(fields["name"], "/name")
        taken = set(Course.objects.filter(slug__startswith=wish).values_list("slug", flat=True))
        fields["slug"] = free_slug(wish, taken)
    course.slug = fields["slug"]


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: given[name] for name in _PLAIN if given.get(name) is not None}
    if "name" in given:
        fields["name"] = line(given, "name", LONGEST_NAME, needed=True)
    if given.get("slug"):
        fields["slug"] = slug_of(given["slug"])
    for name, longest in (("code", LONGEST_CODE), ("summary", LONGEST_SUMMARY), ("level", 60)):
        if name in given:
            fields[name] = line(given, name, longest)
    if "description" in given:
        fields["description"] = long_text(given, "description", LONGEST_DESCRIPTION)
        fields["description_html"] = to_html(fields["description"])
    if "language" in given:
        fields["language"] = _language(given["language"] or "")
    if "duration_hours" in given:
        fields["duration_hours"] = number(given, "duration_hours", 0, 10_000)
    number(given, "order", 0, 30_000)
    if "completion_policy" in given:
        fields["completion_policy"] = check_policy(given["completion_policy"] or {})
    if "price_minor" in given:
        fields["price_minor"] = number(given, "price_minor", 0, MOST_PRICE)
        fields["currency"] = this_school().currency if fields["price_minor"] is not None else ""
    if given.get("currency"):
        fields["currency"] = _currency(given)
    return fields


def check_policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """What completes the course; what is left out is as usual."""
    pointer = "/completion_policy"
    unknown = sorted(set(policy) - set(POLICY_KEYS))
    if unknown:
        raise invalid_field(pointer, "unknown", _("Use only: %(all)s.") % {"all": ", ".join(POLICY_KEYS)})
    grade = policy.get("minimum_grade")
    if grade is not None and (isinstance(grade, bool) or not isinstance(grade, int | float) or not 0 <= grade <= 100):
        raise invalid_field(pointer, "range", _("A minimum grade is a number from 0 to 100."))
    valid = policy.get("certificate_valid_days")
    if valid is not None and (
        isinstance(valid, bool) or not isinstance(valid, int) or not 1 <= valid <= LONGEST_VALID_DAYS
    ):
        raise invalid_field(pointer, "range", _("A certificate is valid for a number of days, or without end."))
    if any(not isinstance(policy[name], bool) for name in POLICY_KEYS if name in policy and name not in _NUMBERS):
        raise invalid_field(pointer, "boolean", _("Say true or false."))
    return dict(policy)


def _language(tag: str) -> str:
    if tag and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag[:13]):
        raise invalid_field("/language", "language", _("Give a language as in en, fr or pt-BR."))
    return tag


def _currency(given: Mapping[str, Any]) -> str:
    code = choice({"currency": str(given["currency"]).upper()}, "currency", [this_school().currency])
    if given.get("price_minor") is None and "price_minor" in given:
        return ""
    return code


def _without_html(changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: pair for name, pair in changes.items() if not name.endswith("_html")}


def _slug_taken() -> InvalidError:
    return invalid_field("/slug", "taken", _("Another course has this address."))


def _code_taken() -> InvalidError:
    return invalid_field("/code", "taken", _("Another course has this code."))
