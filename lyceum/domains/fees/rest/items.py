"""What a school bills, and what it settles about fees, over REST."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.fees.queries import list_items
from lyceum.domains.fees.rest.router import router
from lyceum.domains.fees.rest.shapes import FeeItemOut, item_shape
from lyceum.domains.fees.rules.items import create_item, edit_item, edit_settings
from lyceum.domains.fees.settings import school_settings

Category = Literal[
    "other", "tuition", "registration", "deposit", "transport", "meals", "trip", "exam", "materials"
]  # fmt: skip
SETTINGS = ("currency", "bank_details", "number_format", "fiscal_year_starts", "due_days")


@router.get("fee-items/", response=ListOf[FeeItemOut], operation_id="listFeeItems")
def items(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """What the school bills, by name."""
    rows = list_items(actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [item_shape(row) for row in page.rows])


class FeeItemIn(Strict):
    """Something new to bill. What is of the category `deposit` is one, unless told otherwise."""

    code: str = Field(max_length=40)
    name: str = Field(max_length=120)
    category: Category = "other"
    is_deposit: bool | None = None


@router.post("fee-items/", response={201: FeeItemOut}, operation_id="createFeeItem")
def create(request: HttpRequest, body: FeeItemIn) -> Status[dict[str, Any]]:
    """Make an item."""
    return Status(201, item_shape(create_item(**body.dict(), actor=actor_of(request))))


class FeeItemPatch(Strict):
    """What changes. `active: false` retires it."""

    name: str = Field(default_factory=left_out, max_length=120)
    category: Category = Field(default_factory=left_out)
    is_deposit: bool = Field(default_factory=left_out)
    active: bool = Field(default_factory=left_out)


@router.patch("fee-items/{uuid:fee_item_id}/", response=FeeItemOut, operation_id="changeFeeItem")
def change(request: HttpRequest, fee_item_id: UUID, body: FeeItemPatch) -> dict[str, Any]:
    """Rename or retire an item; what was issued keeps its words."""
    return item_shape(edit_item(fee_item_id, values=body.dict(exclude_unset=True), actor=actor_of(request)))


class FeesSettingsOut(Schema):
    """What the school settled. An empty currency is the school's own."""

    currency: str
    bank_details: str
    number_format: str
    fiscal_year_starts: int
    due_days: int


@router.get("fees/settings/", response=FeesSettingsOut, operation_id="getFeesSettings")
def settings(request: HttpRequest) -> dict[str, Any]:
    """The settings of fees."""
    actor_of(request).require_all(Permission.FEES_VIEW)
    return {name: getattr(school_settings(), name) for name in SETTINGS}


class FeesSettingsPatch(Strict):
    """What changes."""

    currency: str = Field(default_factory=left_out, max_length=3)
    bank_details: str = Field(default_factory=left_out, max_length=1000)
    number_format: str = Field(default_factory=left_out, max_length=60)
    fiscal_year_starts: int = Field(default_factory=left_out, ge=1, le=12)
    due_days: int = Field(default_factory=left_out, ge=0, le=365)


@router.patch("fees/settings/", response=FeesSettingsOut, operation_id="changeFeesSettings")
def change_settings(request: HttpRequest, body: FeesSettingsPatch) -> dict[str, Any]:
    """Change the settings of fees; what was issued stays as it is."""
    changed = edit_settings(values=body.dict(exclude_unset=True), actor=actor_of(request))
    return {name: getattr(changed, name) for name in SETTINGS}
