"""The shelves of the catalogue, over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.learning.models import CourseCategory
from lyceum.domains.learning.queries import get_category, list_categories
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.categories import (
    LONGEST_NAME,
    MOST_ORDER,
    create_category,
    delete_category,
    edit_category,
    get_category_to_write,
)

_ONE = "course-categories/{category_id}/"


class CategoryOut(Schema):
    """A shelf of the catalogue."""

    id: UUID
    name: str
    slug: str
    order: int
    is_archived: bool


class CategoryIn(Strict):
    """A shelf to be made. Without a slug its name becomes one."""

    name: str = Field(max_length=LONGEST_NAME)
    slug: str = Field("", max_length=LONGEST_NAME)
    order: int | None = Field(None, ge=0, le=MOST_ORDER)


class CategoryPut(Strict):
    """A shelf, whole."""

    name: str = Field(max_length=LONGEST_NAME)
    slug: str = Field(max_length=LONGEST_NAME)
    order: int = Field(ge=0, le=MOST_ORDER)
    is_archived: bool


class CategoryPatch(Strict):
    """Some of a shelf."""

    name: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    slug: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    order: int = Field(default_factory=left_out, ge=0, le=MOST_ORDER)
    is_archived: bool = Field(default_factory=left_out)


@router.get("course-categories/", response=ListOf[CategoryOut], operation_id="listCourseCategories", auth=Visiting())
def categories(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The shelves in their order; archived ones too for whoever keeps the catalogue."""
    rows = list_categories(actor_of(request))
    page = page_of(rows, order=("order", "name", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post("course-categories/", response={201: CategoryOut}, operation_id="createCourseCategory")
def create(request: HttpRequest, response: HttpResponse, body: CategoryIn) -> Any:
    """Make a shelf."""
    row = create_category(values=body.dict(), actor=actor_of(request))
    response["Location"] = f"/api/v1/course-categories/{row.pk}/"
    return with_etag(request, response, _shape(row))


@router.get(_ONE, response=CategoryOut, operation_id="getCourseCategory", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, category_id: UUID) -> Shown | HttpResponse:
    """One shelf."""
    return with_etag(request, response, _shape(get_category(category_id, actor=actor_of(request))))


@router.put(_ONE, response=CategoryOut, operation_id="replaceCourseCategory")
def replace(request: HttpRequest, response: HttpResponse, category_id: UUID, body: CategoryPut) -> Any:
    """Replace a shelf's data."""
    return _changed(request, response, category_id, body.dict())


@router.patch(_ONE, response=CategoryOut, operation_id="changeCourseCategory")
def change(request: HttpRequest, response: HttpResponse, category_id: UUID, body: CategoryPatch) -> Any:
    """Change some of a shelf, or archive it."""
    return _changed(request, response, category_id, body.dict(exclude_unset=True))


@router.delete(_ONE, response={204: None}, operation_id="deleteCourseCategory")
def delete(request: HttpRequest, category_id: UUID) -> Any:
    """Delete an empty shelf."""
    _refuse_stale(request, category_id)
    delete_category(category_id, actor=actor_of(request))
    return Status(204, None)


def _changed(request: HttpRequest, response: HttpResponse, category_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, category_id)
    return with_etag(request, response, _shape(edit_category(category_id, values=values, actor=actor_of(request))))


def _refuse_stale(request: HttpRequest, category_id: UUID) -> None:
    if is_conditional(request):
        refuse_stale(request, _shape(get_category_to_write(category_id, actor=actor_of(request))))


def _shape(row: CourseCategory) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CategoryOut.model_fields}
