"""Categories and columns of a gradebook."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.assessment.models import Category, Cell, Column, Gradebook
from lyceum.domains.assessment.rules.access import gradebook_for_edit
from lyceum.domains.assessment.rules.refusals import AlreadyThereError, GradebookInUseError
from lyceum.domains.assessment.rules.wording import choice, line, number, one_of, whole
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.assignment_policies import visible_assignments
from lyceum.domains.learning.models import Assignment, AssignmentClass

MOST_POINTS, MOST_DROPS, MOST_COLUMNS = Decimal("10000"), 50, 200
LEAST_POINTS = Decimal("0.01")


@transaction.atomic
def add_category(gradebook_id: UUID, *, values: Mapping[str, Any], reason: str = "", actor: Actor) -> Category:
    """Add a category, as the last."""
    book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
    last = Category.objects.filter(gradebook=book).aggregate(last=Max("position"))["last"]
    row = Category(gradebook=book, position=(last or 0) + 1)
    for name, value in _category_fields({"title": "", **values}).items():
        setattr(row, name, value)
    _save_category(row)
    record("assessment.category.add", target=Target.of(row), reason=reason, actor=actor)
    return row


@transaction.atomic
def edit_category(
    gradebook_id: UUID, category_id: UUID, *, values: Mapping[str, Any], reason: str = "", actor: Actor
) -> Category:
    """Change a category; everything else stays."""
    book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
    row = get_category(book, category_id)
    changes = changed_fields(row, _category_fields(values))
    _save_category(row)
    if changes:
        record("assessment.category.edit", target=Target.of(row), changes=changes, reason=reason, actor=actor)
    return row


@transaction.atomic
def delete_category(gradebook_id: UUID, category_id: UUID, *, reason: str = "", actor: Actor) -> None:
    """Delete a category without columns."""
    book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
    row = get_category(book, category_id)
    if Column.objects.filter(category=row).exists():
        raise GradebookInUseError(_("There are columns in it. Move them first."))
    target = Target.of(row)
    row.delete()
    record("assessment.category.delete", target=target, reason=reason, actor=actor)


@transaction.atomic
def add_column(gradebook_id: UUID, *, values: Mapping[str, Any], reason: str = "", actor: Actor) -> Column:
    """Add a column: one that is typed, or with `source_id` one whose cells are an assignment's marks."""
    book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
    if Column.objects.filter(gradebook=book).count() >= MOST_COLUMNS:
        message = _("A gradebook has at most %(n)s columns.") % {"n": MOST_COLUMNS}
        raise invalid_field("/title", "too_many", message)
    row = Column(gradebook=book, category=_category_of(book, values))
    source = values.get("source_id")
    if source is not None:
        row.source = _source(book, source, actor)
        row.kind = Column.Kind.ASSIGNMENT
        values = {"title": row.source.title[:120], "points": Decimal(100)} | {
            name: value for name, value in values.items() if value is not None
        }
    fields = _column_fields({"title": "", "points": None, **values}, row)
    for name, value in fields.items():
        setattr(row, name, value)
    with refusing(column_source_once=_source_taken):
        row.save()
    record("assessment.column.add", target=Target.of(row), reason=reason, actor=actor)
    return row


@transaction.atomic
def edit_column(
    gradebook_id: UUID, column_id: UUID, *, values: Mapping[str, Any], reason: str = "", actor: Actor
) -> Column:
    """Change a column; what it takes cannot fall below what somebody scored."""
    book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
    row = get_column(book, column_id)
    fields = _column_fields(values, row)
    if values.get("category_id") is not None:
        fields["category"] = _category_of(book, values)
    most = Cell.objects.filter(column=row).aggregate(most=Max("score"))["most"]
    if most is not None and fields.get("max_score", row.max_score) < most:
        message = _("Somebody has %(score)s already.") % {"score": most}
        raise invalid_field("/max_score", "in_use", message)
    changes = changed_fields(row, fields)
    row.save()
    if changes:
        record("assessment.column.edit", target=Target.of(row), changes=changes, reason=reason, actor=actor)
    return row


@transaction.atomic
def delete_column(gradebook_id: UUID, column_id: UUID, *, reason: str = "", actor: Actor) -> None:
    """Delete a column in which nothing is typed. An assignment's may always go: its marks stay where they are."""
    book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
    row = get_column(book, column_id)
    if Cell.objects.filter(column=row).exclude(state=Cell.State.EMPTY).exists():
        raise GradebookInUseError(_("There are marks in it. Let it not count instead, or clear them first."))
    target = Target.of(row)
    row.delete()
    record("assessment.column.delete", target=target, reason=reason, actor=actor)


def get_category(book: Gradebook, category_id: UUID) -> Category:
    """A category of a gradebook."""
    row = Category.objects.filter(gradebook=book, pk=category_id).first()
    if row is None:
        raise NotFoundError
    return row


def get_column(book: Gradebook, column_id: UUID) -> Column:
    """A column of a gradebook."""
    row = Column.objects.select_related("source").filter(gradebook=book, pk=column_id).first()
    if row is None:
        raise NotFoundError
    return row


def list_sources(book: Gradebook, *, actor: Actor) -> list[Assignment]:
    """The graded assignments of the class that are given out and no column yet, the newest due first."""
    if not actor.may(Permission.ASSIGNMENTS_VIEW):
        return []
    taken = Column.objects.filter(gradebook=book, source__isnull=False).values("source")
    return list(_sources(book, actor).exclude(pk__in=taken).order_by("-due_at", "pk")[:100])


def _sources(book: Gradebook, actor: Actor) -> QuerySet[Assignment]:
    of_class = AssignmentClass.objects.filter(school_class=book.school_class_id).values("assignment")
    rows = Assignment.objects.filter(visible_assignments(actor), pk__in=of_class)
    return rows.exclude(status=Assignment.Status.DRAFT).exclude(grading=Assignment.Grading.NONE)


def _source(book: Gradebook, source: UUID, actor: Actor) -> Assignment:
    row = _sources(book, actor).filter(pk=source).first()
    if row is None:
        message = _("Choose a graded assignment of this class that is given out.")
        raise invalid_field("/source_id", "assignment", message)
    if Column.objects.filter(gradebook=book, source=row).exists():
        raise _source_taken()
    return row


def _source_taken() -> InvalidError:
    return one_of(AlreadyThereError, "/source_id", _("It is a column here already."))


def _category_of(book: Gradebook, values: Mapping[str, Any]) -> Category:
    wanted = values.get("category_id")
    rows = Category.objects.filter(gradebook=book).order_by("position", "pk")
    row = rows.filter(pk=wanted).first() if wanted else rows.first()
    if row is None:
        raise invalid_field("/category_id", "category", _("Choose a category of this gradebook."))
    return row


def _category_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "title" in values:
        fields["title"] = line(values, "title", 80)
    if "weight" in values:
        given = values["weight"]
        fields["weight"] = None if given is None else number(values, "weight", Decimal(0), Decimal(100))
    for name in ("drop_lowest", "drop_highest"):
        if name in values:
            fields[name] = whole(values, name, 0, MOST_DROPS)
    if "position" in values:
        fields["position"] = whole(values, "position", 0, 1000)
    if values.get("is_extra_credit") is not None:
        fields["is_extra_credit"] = bool(values["is_extra_credit"])
    return fields


def _save_category(row: Category) -> None:
    def taken() -> InvalidError:
        return one_of(AlreadyThereError, "/title", _("There is a category with this title already."))

    with refusing(mark_category_title_once=taken):
        row.save()


def _column_fields(values: Mapping[str, Any], row: Column) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "title" in values:
        fields["title"] = line(values, "title", 120)
    if "points" in values:
        fields["points"] = number(values, "points", LEAST_POINTS, MOST_POINTS)
    points = fields.get("points", row.points)
    if values.get("max_score") is not None:
        fields["max_score"] = number(values, "max_score", points, 2 * points)
    elif "points" in fields and (row._state.adding or row.max_score == row.points or row.max_score < points):
        fields["max_score"] = points
    elif "points" in fields:
        fields["max_score"] = min(row.max_score, 2 * points)
    if "due_at" in values and values["due_at"] is not None and row.source_id:
        raise invalid_field("/due_at", "due", _("The assignment says when it is due."))
    if "due_at" in values and not row.source_id:
        fields["due_at"] = values["due_at"]
    for name in ("counts", "is_extra_credit", "never_drop"):
        if values.get(name) is not None:
            fields[name] = bool(values[name])
    if values.get("shown") is not None:
        fields["shown"] = choice(values, "shown", Column.Visibility.values)
    return fields
