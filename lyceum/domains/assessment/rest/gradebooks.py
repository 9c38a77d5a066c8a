"""Gradebooks over REST, with their categories and columns."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.assessment.books import due_of
from lyceum.domains.assessment.models import Category, Column, Gradebook
from lyceum.domains.assessment.queries import (
    ORDER,
    get_gradebook,
    list_categories,
    list_columns,
    list_gradebooks,
    whole_gradebooks,
)
from lyceum.domains.assessment.rest.router import router
from lyceum.domains.assessment.rules.access import gradebook_for_edit
from lyceum.domains.assessment.rules.gradebooks import open_gradebook
from lyceum.domains.assessment.rules.structure import (
    add_category,
    add_column,
    delete_category,
    delete_column,
    edit_category,
    edit_column,
    get_category,
    get_column,
)

_ONE = "gradebooks/{uuid:gradebook_id}/"
_CATEGORY = f"{_ONE}categories/{{uuid:mark_category_id}}/"
_COLUMN = f"{_ONE}columns/{{uuid:column_id}}/"
Reason = Field("", max_length=500, description="Needed from who does not teach the class.")


class GradebookSpan(Walk):
    """Which gradebooks."""

    class_id: UUID | None = Field(None, alias="class")
    term: UUID | None = None


class MarkReasonIn(Strict):
    """Why somebody writes who does not teach the class."""

    reason: str = Reason


class GradebookIn(Strict):
    """Of which class, for which term."""

    class_id: UUID
    term_id: UUID


class GradebookOut(Schema):
    """A gradebook. Its learners are the members of the class."""

    id: UUID
    class_id: UUID
    class_name: str
    subject: str | None
    term_id: UUID
    term_name: str
    policy_id: UUID
    policy_version: int


class MarkCategoryIn(Strict):
    """Columns that are counted together."""

    title: str = Field(min_length=1, max_length=80)
    weight: Decimal | None = Field(None, description="Null in every category: all points are pooled.")
    drop_lowest: int = Field(0, ge=0, le=50)
    drop_highest: int = Field(0, ge=0, le=50)
    is_extra_credit: bool = False
    reason: str = Reason


class MarkCategoryPatch(Strict):
    """Some of it."""

    title: str = Field(default_factory=left_out, min_length=1, max_length=80)
    weight: Decimal | None = None
    drop_lowest: int = Field(default_factory=left_out, ge=0, le=50)
    drop_highest: int = Field(default_factory=left_out, ge=0, le=50)
    is_extra_credit: bool = Field(default_factory=left_out)
    position: int = Field(default_factory=left_out, ge=0, le=1000)
    reason: str = Reason


class MarkCategoryOut(Schema):
    """A category."""

    id: UUID
    title: str
    weight: Decimal | None
    drop_lowest: int
    drop_highest: int
    is_extra_credit: bool
    position: int


class MarkColumnIn(Strict):
    """Something that is marked. With `source_id` its cells are the marks of that assignment."""

    title: str | None = Field(None, min_length=1, max_length=120)
    category_id: UUID | None = Field(None, description="Left out: the first.")
    points: Decimal | None = None
    max_score: Decimal | None = Field(None, description="Left out: the points; at most twice as much.")
    due_at: Instant | None = None
    source_id: UUID | None = Field(None, description="Of an assignment of the class.")
    counts: bool = True
    is_extra_credit: bool = False
    never_drop: bool = False
    shown: Literal["when_entered", "hidden"] = "when_entered"
    reason: str = Reason


class MarkColumnPatch(Strict):
    """Some of it."""

    title: str = Field(default_factory=left_out, min_length=1, max_length=120)
    category_id: UUID = Field(default_factory=left_out)
    points: Decimal = Field(default_factory=left_out)
    max_score: Decimal = Field(default_factory=left_out)
    due_at: Instant | None = None
    counts: bool = Field(default_factory=left_out)
    is_extra_credit: bool = Field(default_factory=left_out)
    never_drop: bool = Field(default_factory=left_out)
    shown: Literal["when_entered", "hidden"] = Field(default_factory=left_out)
    reason: str = Reason


class MarkColumnOut(Schema):
    """A column."""

    id: UUID
    category_id: UUID
    title: str
    points: Decimal
    max_score: Decimal
    due_at: datetime | None
    kind: str
    source_id: UUID | None
    counts: bool
    is_extra_credit: bool
    never_drop: bool
    shown: str


@router.get("gradebooks/", response=ListOf[GradebookOut], operation_id="listGradebooks")
def gradebooks(request: HttpRequest, chosen: Query[GradebookSpan]) -> dict[str, Any]:
    """The gradebooks that the caller reads at work, the newest term first."""
    rows = list_gradebooks(actor_of(request), school_class=chosen.class_id, term=chosen.term)
    page = page_of(
        rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count, whole=whole_gradebooks
    )
    return listed(page, [gradebook_shape(row) for row in page.rows])


@router.post("gradebooks/", response={200: GradebookOut, 201: GradebookOut}, operation_id="openGradebook")
def open_one(request: HttpRequest, response: HttpResponse, body: GradebookIn) -> Any:
    """The gradebook of an own class for a term. It is made at the first time; again: 200 with the same."""
    opened = open_gradebook(class_id=body.class_id, term_id=body.term_id, actor=actor_of(request))
    response["Location"] = f"/api/v1/gradebooks/{opened.row.pk}/"
    return Status(201 if opened.is_new else 200, gradebook_shape(opened.row))


@router.get(_ONE, response=GradebookOut, operation_id="getGradebook")
def one(request: HttpRequest, gradebook_id: UUID) -> dict[str, Any]:
    """One gradebook."""
    return gradebook_shape(get_gradebook(gradebook_id, actor=actor_of(request)))


@router.get(f"{_ONE}categories/", response=ListOf[MarkCategoryOut], operation_id="listMarkCategories")
def categories(request: HttpRequest, gradebook_id: UUID, chosen: Query[Walk]) -> dict[str, Any]:
    """The categories of a gradebook, in order."""
    rows = list_categories(get_gradebook(gradebook_id, actor=actor_of(request)))
    page = page_of(rows, order=("position", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [category_shape(row) for row in page.rows])


@router.post(f"{_ONE}categories/", response={201: MarkCategoryOut}, operation_id="addMarkCategory")
def new_category(request: HttpRequest, gradebook_id: UUID, body: MarkCategoryIn) -> Any:
    """Add a category, as the last."""
    values = body.dict()
    reason = values.pop("reason")
    return Status(
        201, category_shape(add_category(gradebook_id, values=values, reason=reason, actor=actor_of(request)))
    )


@router.patch(_CATEGORY, response=MarkCategoryOut, operation_id="changeMarkCategory")
def change_category(
    request: HttpRequest, response: HttpResponse, gradebook_id: UUID, mark_category_id: UUID, body: MarkCategoryPatch
) -> Any:
    """Change a category."""
    values, actor = body.dict(exclude_unset=True), actor_of(request)
    reason = values.pop("reason", "")
    if is_conditional(request):
        book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
        refuse_stale(request, category_shape(get_category(book, mark_category_id)))
    row = edit_category(gradebook_id, mark_category_id, values=values, reason=reason, actor=actor)
    return with_etag(request, response, category_shape(row))


@router.delete(_CATEGORY, response={204: None}, operation_id="deleteMarkCategory")
def remove_category(
    request: HttpRequest, gradebook_id: UUID, mark_category_id: UUID, chosen: Query[MarkReasonIn]
) -> Any:
    """Delete a category without columns."""
    delete_category(gradebook_id, mark_category_id, reason=chosen.reason, actor=actor_of(request))
    return Status(204, None)


@router.get(f"{_ONE}columns/", response=ListOf[MarkColumnOut], operation_id="listMarkColumns")
def columns(request: HttpRequest, gradebook_id: UUID, chosen: Query[Walk]) -> dict[str, Any]:
    """The columns of a gradebook, category by category."""
    rows = list_columns(get_gradebook(gradebook_id, actor=actor_of(request)))
    order = ("category__position", "category", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [column_shape(row) for row in page.rows])


@router.post(f"{_ONE}columns/", response={201: MarkColumnOut}, operation_id="addMarkColumn")
def new_column(request: HttpRequest, gradebook_id: UUID, body: MarkColumnIn) -> Any:
    """Add a column: one that is typed, or an assignment's."""
    values = body.dict(exclude_unset=True)
    reason = values.pop("reason", "")
    return Status(201, column_shape(add_column(gradebook_id, values=values, reason=reason, actor=actor_of(request))))


@router.patch(_COLUMN, response=MarkColumnOut, operation_id="changeMarkColumn")
def change_column(
    request: HttpRequest, response: HttpResponse, gradebook_id: UUID, column_id: UUID, body: MarkColumnPatch
) -> Any:
    """Change a column."""
    values, actor = body.dict(exclude_unset=True), actor_of(request)
    reason = values.pop("reason", "")
    if is_conditional(request):
        book = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
        refuse_stale(request, column_shape(get_column(book, column_id)))
    row = edit_column(gradebook_id, column_id, values=values, reason=reason, actor=actor)
    return with_etag(request, response, column_shape(row))


@router.delete(_COLUMN, response={204: None}, operation_id="deleteMarkColumn")
def remove_column(request: HttpRequest, gradebook_id: UUID, column_id: UUID, chosen: Query[MarkReasonIn]) -> Any:
    """Delete a column in which nothing is typed."""
    delete_column(gradebook_id, column_id, reason=chosen.reason, actor=actor_of(request))
    return Status(204, None)


def gradebook_shape(row: Gradebook) -> dict[str, Any]:
    """A gradebook as REST shows it."""
    subject = row.school_class.subject
    return {
        "id": row.pk,
        "class_id": row.school_class_id,
        "class_name": row.school_class.name,
        "subject": subject.name if subject else None,
        "term_id": row.term_id,
        "term_name": row.term.name,
        "policy_id": row.policy_id,
        "policy_version": row.policy.version,
    }


def category_shape(row: Category) -> dict[str, Any]:
    """A category as REST shows it."""
    names = ("title", "weight", "drop_lowest", "drop_highest", "is_extra_credit", "position")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def column_shape(row: Column) -> dict[str, Any]:
    """A column as REST shows it."""
    names = ("category_id", "title", "points", "max_score", "kind", "source_id", "counts", "is_extra_credit",
             "never_drop", "shown")  # fmt: skip
    return {"id": row.pk, "due_at": due_of(row), **{name: getattr(row, name) for name in names}}
