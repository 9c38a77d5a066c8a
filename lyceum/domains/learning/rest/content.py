"""Modules of a run, over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.learning.queries import get_module, list_modules
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rest.schedules import OrderIn
from lyceum.domains.learning.rest.shapes import ModuleOut, module_shape
from lyceum.domains.learning.rules.lessons import order_lessons
from lyceum.domains.learning.rules.modules import (
    LONGEST_TITLE,
    MOST_ORDER,
    create_module,
    delete_module,
    edit_module,
    get_module_to_write,
)
from lyceum.domains.learning.rules.wording import LONGEST_SUMMARY

_ONE = "modules/{module_id}/"


class ModuleIn(Strict):
    """A part of a run to be made; without a place it becomes the last."""

    schedule_id: UUID
    title: str = Field(max_length=LONGEST_TITLE)
    order: int | None = Field(None, ge=0, le=MOST_ORDER)
    summary: str = Field("", max_length=LONGEST_SUMMARY)
    is_required: bool = True
    opens_at: Instant | None = None


class ModulePut(Strict):
    """A part of a run, whole: its run, title and place must be given."""

    schedule_id: UUID
    title: str = Field(max_length=LONGEST_TITLE)
    order: int = Field(ge=0, le=MOST_ORDER)
    summary: str = Field("", max_length=LONGEST_SUMMARY)
    is_required: bool = True
    opens_at: Instant | None = None


class ModulePatch(Strict):
    """Some of a part of a run, its place included."""

    schedule_id: UUID = Field(default_factory=left_out)
    title: str = Field(default_factory=left_out, max_length=LONGEST_TITLE)
    order: int = Field(default_factory=left_out, ge=0, le=MOST_ORDER)
    summary: str = Field(default_factory=left_out, max_length=LONGEST_SUMMARY)
    is_required: bool = Field(default_factory=left_out)
    opens_at: Instant | None = None


class ModuleChoice(Walk):
    """Which modules."""

    schedule: UUID | None = None


class GoneOut(Schema):
    """What became of it: deleted, or archived because learners have progress in it."""

    deleted: bool
    archived: bool


@router.get("modules/", response=ListOf[ModuleOut], operation_id="listModules", auth=Visiting())
def modules(request: HttpRequest, chosen: Query[ModuleChoice]) -> dict[str, Any]:
    """The modules of the runs that are offered, in order."""
    rows = list_modules(actor_of(request), schedule=chosen.schedule)
    page = page_of(
        rows, order=("schedule", "order", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count
    )
    return listed(page, [module_shape(row) for row in page.rows])


@router.post("modules/", response={201: ModuleOut}, operation_id="createModule")
def create(request: HttpRequest, response: HttpResponse, body: ModuleIn) -> Any:
    """Make a module."""
    values, actor = body.dict(exclude_unset=True), actor_of(request)
    row = create_module(schedule_id=values.pop("schedule_id"), values=values, actor=actor)
    response["Location"] = f"/api/v1/modules/{row.pk}/"
    return with_etag(request, response, module_shape(get_module(row.pk, actor=actor)))


@router.get(_ONE, response=ModuleOut, operation_id="getModule", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, module_id: UUID) -> Shown | HttpResponse:
    """One module with the outline of its lessons."""
    return with_etag(request, response, module_shape(get_module(module_id, actor=actor_of(request))))


@router.put(_ONE, response=ModuleOut, operation_id="replaceModule")
def replace(request: HttpRequest, response: HttpResponse, module_id: UUID, body: ModulePut) -> Any:
    """Replace a module's data."""
    return _changed(request, response, module_id, body.dict(exclude_unset=True))


@router.patch(_ONE, response=ModuleOut, operation_id="changeModule")
def change(request: HttpRequest, response: HttpResponse, module_id: UUID, body: ModulePatch) -> Any:
    """Change some of a module, its place included."""
    return _changed(request, response, module_id, body.dict(exclude_unset=True))


@router.delete(_ONE, response=GoneOut, operation_id="deleteModule")
def delete(request: HttpRequest, module_id: UUID) -> dict[str, bool]:
    """Delete a module; it is archived instead where learners have progress in it."""
    _refuse_stale(request, module_id)
    is_gone = delete_module(module_id, actor=actor_of(request))
    return {"deleted": is_gone, "archived": not is_gone}


@router.post(_ONE + "lesson-order/", response=ModuleOut, operation_id="orderLessons")
def order(request: HttpRequest, module_id: UUID, body: OrderIn) -> dict[str, Any]:
    """Put the lessons of a module into an order: all their ids, each once."""
    actor = actor_of(request)
    order_lessons(module_id, ids=body.ids, actor=actor)
    return module_shape(get_module(module_id, actor=actor))


def _changed(request: HttpRequest, response: HttpResponse, module_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, module_id)
    actor = actor_of(request)
    edit_module(module_id, values=values, actor=actor)
    return with_etag(request, response, module_shape(get_module(module_id, actor=actor)))


def _refuse_stale(request: HttpRequest, module_id: UUID) -> None:
    if is_conditional(request):
        actor = actor_of(request)
        get_module_to_write(module_id, actor=actor)
        refuse_stale(request, module_shape(get_module(module_id, actor=actor)))
