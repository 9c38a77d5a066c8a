"""REST: intakes, the forms of applications, and the steps of a selection."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema
from pydantic import JsonValue

from lyceum.core import clock
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import Instant, ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.admissions.models import ApplicationForm, Intake, SelectionStep
from lyceum.domains.admissions.queries import (
    get_form,
    get_intake,
    get_selection_step,
    list_forms,
    list_intakes,
    list_selection_steps,
)
from lyceum.domains.admissions.rest.router import router
from lyceum.domains.admissions.rules.forms import create_form, edit_form
from lyceum.domains.admissions.rules.intakes import (
    archive_intake,
    create_intake,
    create_step,
    delete_intake,
    delete_step,
    edit_intake,
    edit_step,
    publish_intake,
)
from lyceum.domains.admissions.rules.places import taken_places

Kind = Literal["course", "year_group"]
StepKind = Literal["document", "interview", "test", "payment", "decision", "other"]


class AskedDocument(Strict):
    """A document that every applicant is asked for."""

    type: str = Field(max_length=80)
    required: bool = True


class IntakeFields(Strict):
    """What is decided about an intake."""

    year: UUID | None = None
    grade: UUID | None = None
    courses: list[UUID] = Field(default_factory=list, max_length=500)
    places: int | None = Field(None, ge=1, le=1_000_000)
    over_offer: int = Field(0, ge=0, le=1_000_000)
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    age_from: int | None = Field(None, ge=0, le=150)
    age_to: int | None = Field(None, ge=0, le=150)
    reference_date: date | None = None
    form: UUID | None = None
    documents: list[AskedDocument] = Field(default_factory=list, max_length=100)
    needs_acceptance: bool = left_out()
    offer_days: int = Field(14, ge=1, le=365)
    fee_minor: int | None = Field(None, ge=0, le=1_000_000_000)
    deposit_minor: int | None = Field(None, ge=0, le=1_000_000_000)
    currency: str = Field("", max_length=3)
    decisions_visible_at: Instant | None = None
    blind_review: bool = False
    needs_deposit: bool = False


class IntakeIn(IntakeFields):
    """A new intake; it is a draft until it is published."""

    name: str = Field(max_length=80)
    kind: Kind


class IntakePatch(IntakeFields):
    """Some of an intake."""

    name: str = Field(left_out(), max_length=80)


class SelectionStepOut(Schema):
    """One step of a selection procedure. Who of the staff is named to it is for the office alone."""

    id: UUID
    intake: UUID
    step_name: str
    description: str
    order: int
    kind: str
    is_required: bool
    shown_to_applicant: bool
    days_to_do: int | None
    reviewers: list[UUID] | None


class IntakeOut(Schema):
    """An intake. `taken` counts open offers, approved and enrolled, for the office alone."""

    id: UUID
    name: str
    kind: str
    status: str
    is_open: bool
    is_standing: bool
    year: UUID | None
    grade: UUID | None
    courses: list[UUID]
    places: int | None
    over_offer: int | None
    taken: int | None
    opens_at: Any
    closes_at: Any
    age_from: int | None
    age_to: int | None
    reference_date: date | None
    form: UUID | None
    form_schema: dict[str, Any]
    documents: list[dict[str, Any]]
    needs_acceptance: bool
    offer_days: int
    fee_minor: int | None
    deposit_minor: int | None
    needs_deposit: bool
    currency: str
    decisions_visible_at: Any
    blind_review: bool | None
    steps: list[SelectionStepOut]


_SHOWN = (
    "name", "kind", "status", "is_standing", "places", "opens_at", "closes_at", "age_from", "age_to", "reference_date",
    "documents", "needs_acceptance", "offer_days", "fee_minor", "deposit_minor", "needs_deposit", "currency",
    "decisions_visible_at",
)  # fmt: skip


def _intake(intake: Intake, *, office: bool, taken: int | None = None) -> dict[str, Any]:
    steps = sorted(intake.steps.all(), key=lambda step: step.order)
    return {
        "id": intake.pk,
        **{name: getattr(intake, name) for name in _SHOWN},
        "is_open": intake.is_open(clock.now()),
        "year": intake.year_id,
        "grade": intake.grade_id,
        "courses": [link.course_id for link in intake.course_links.all()],
        "over_offer": intake.over_offer if office else None,
        "taken": taken,
        "form": intake.form_id,
        "form_schema": intake.form.schema if intake.form else {},
        "blind_review": intake.blind_review if office else None,
        "steps": [_step(step, office=office) for step in steps if office or step.shown_to_applicant],
    }


def _step(step: SelectionStep, *, office: bool = True) -> dict[str, Any]:
    names = ("step_name", "description", "order", "kind", "is_required", "shown_to_applicant", "days_to_do")
    return {
        "id": step.pk,
        "intake": step.intake_id,
        **{name: getattr(step, name) for name in names},
        "reviewers": [each.staff_id for each in step.reviewers.all()] if office else None,
    }


class IntakeFilter(Walk):
    """Which intakes."""

    status: Literal["", "draft", "published", "archived"] = ""


@router.get("intakes/", response=ListOf[IntakeOut], auth=Visiting(), operation_id="listIntakes")
def intakes(request: HttpRequest, chosen: Query[IntakeFilter]) -> dict[str, Any]:
    """What one can apply for: all intakes for the office, the published ones for everybody else."""
    actor = actor_of(request)
    rows = list_intakes(actor, status=chosen.status)
    page = page_of(rows, order=("name", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    office = actor.reaches_all(Permission.APPLICATIONS_VIEW)
    return listed(page, [_intake(each, office=office) for each in page.rows])


@router.post("intakes/", response={201: IntakeOut}, operation_id="createIntake")
def create(request: HttpRequest, response: HttpResponse, body: IntakeIn) -> dict[str, Any]:
    """Make an intake, as a draft."""
    actor, values = actor_of(request), body.dict(exclude_unset=True)
    intake = create_intake(kind=values.pop("kind"), name=values.pop("name"), values=values, actor=actor)
    response["Location"] = f"/api/v1/intakes/{intake.pk}/"
    return _shown(request, intake.pk)


def _shown(request: HttpRequest, intake_id: UUID) -> dict[str, Any]:
    actor = actor_of(request)
    intake = get_intake(intake_id, actor=actor)
    office = actor.reaches_all(Permission.APPLICATIONS_VIEW)
    return _intake(intake, office=office, taken=taken_places(intake) if office else None)


@router.get("intakes/{uuid:intake_id}/", response=IntakeOut, auth=Visiting(), operation_id="getIntake")
def intake_operation(request: HttpRequest, intake_id: UUID) -> dict[str, Any]:
    """One intake with its steps and questions."""
    return _shown(request, intake_id)


@router.patch("intakes/{uuid:intake_id}/", response=IntakeOut, operation_id="editIntake")
def edit(request: HttpRequest, intake_id: UUID, body: IntakePatch) -> dict[str, Any]:
    """Change some of an intake."""
    edit_intake(intake_id, values=body.dict(exclude_unset=True), actor=actor_of(request))
    return _shown(request, intake_id)


@router.delete("intakes/{uuid:intake_id}/", response={204: None}, operation_id="deleteIntake")
def delete(request: HttpRequest, intake_id: UUID) -> None:
    """Delete an intake to which nobody applied."""
    delete_intake(intake_id, actor=actor_of(request))


@router.post("intakes/{uuid:intake_id}/publish/", response=IntakeOut, operation_id="publishIntake")
def publish(request: HttpRequest, intake_id: UUID) -> dict[str, Any]:
    """Let people apply from its first day on."""
    publish_intake(intake_id, actor=actor_of(request))
    return _shown(request, intake_id)


@router.post("intakes/{uuid:intake_id}/archive/", response=IntakeOut, operation_id="archiveIntake")
def archive(request: HttpRequest, intake_id: UUID) -> dict[str, Any]:
    """Take no more applications."""
    archive_intake(intake_id, actor=actor_of(request))
    return _shown(request, intake_id)


class FormIn(Strict):
    """The questions of an application form, in sections."""

    name: str = Field(max_length=80)
    form_schema: dict[str, JsonValue] = Field(alias="schema")


class FormPatch(Strict):
    """Other questions, where no application used the form yet."""

    form_schema: dict[str, JsonValue] = Field(alias="schema")


class FormOut(Schema):
    """A form in one version."""

    id: UUID
    name: str
    version: int
    form_schema: dict[str, JsonValue] = Field(alias="schema")


def _form(form: ApplicationForm) -> dict[str, Any]:
    return {"id": form.pk, "name": form.name, "version": form.version, "schema": form.schema}


@router.get("application-forms/", response=ListOf[FormOut], by_alias=True, operation_id="listApplicationForms")
def forms(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The forms by name, the newest version first."""
    rows = list_forms(actor_of(request))
    order = ("name", "-version", "pk")
    page = page_of(rows, order=order, limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_form(each) for each in page.rows])


@router.post("application-forms/", response={201: FormOut}, by_alias=True, operation_id="createApplicationForm")
def create_form_operation(request: HttpRequest, body: FormIn) -> dict[str, Any]:
    """Make a form, or the next version of the one that has this name."""
    return _form(create_form(name=body.name, schema=body.form_schema, actor=actor_of(request)))


@router.get(
    "application-forms/{uuid:application_form_id}/", response=FormOut, by_alias=True, operation_id="getApplicationForm"
)
def form_operation(request: HttpRequest, application_form_id: UUID) -> dict[str, Any]:
    """One version of a form."""
    return _form(get_form(application_form_id, actor=actor_of(request)))


@router.patch(
    "application-forms/{uuid:application_form_id}/", response=FormOut, by_alias=True, operation_id="editApplicationForm"
)
def edit_form_operation(request: HttpRequest, application_form_id: UUID, body: FormPatch) -> dict[str, Any]:
    """Change a version that no application used yet."""
    return _form(edit_form(application_form_id, schema=body.form_schema, actor=actor_of(request)))


class SelectionStepIn(Strict):
    """A new step; it comes last unless an order is given."""

    intake: UUID
    step_name: str = Field(max_length=80)
    description: str = Field("", max_length=1000)
    order: int = Field(left_out(), ge=0, le=1000)
    kind: StepKind = "other"
    is_required: bool = True
    shown_to_applicant: bool = True
    days_to_do: int | None = Field(None, ge=0, le=1000)


class SelectionStepPatch(Strict):
    """Some of a step."""

    step_name: str = Field(left_out(), max_length=80)
    description: str = Field(left_out(), max_length=1000)
    order: int = Field(left_out(), ge=0, le=1000)
    kind: StepKind = left_out()
    is_required: bool = left_out()
    shown_to_applicant: bool = left_out()
    days_to_do: int | None = Field(None, ge=0, le=1000)
    reviewers: list[UUID] = left_out()


class StepFilter(Walk):
    """The steps of which intake."""

    intake: UUID | None = None


@router.get("selection-steps/", response=ListOf[SelectionStepOut], operation_id="listSelectionSteps")
def selection_steps(request: HttpRequest, chosen: Query[StepFilter]) -> dict[str, Any]:
    """The steps of intakes, in their order."""
    rows = list_selection_steps(actor_of(request), intake=chosen.intake)
    order = ("intake__name", "order", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_step(each) for each in page.rows])


@router.post("selection-steps/", response={201: SelectionStepOut}, operation_id="createSelectionStep")
def create_step_operation(request: HttpRequest, body: SelectionStepIn) -> dict[str, Any]:
    """Add a step for those who apply from now on."""
    values = body.dict(exclude_unset=True)
    return _step(create_step(values.pop("intake"), values=values, actor=actor_of(request)))


@router.get("selection-steps/{uuid:selection_step_id}/", response=SelectionStepOut, operation_id="getSelectionStep")
def selection_step(request: HttpRequest, selection_step_id: UUID) -> dict[str, Any]:
    """One step of an intake."""
    return _step(get_selection_step(selection_step_id, actor=actor_of(request)))


@router.patch("selection-steps/{uuid:selection_step_id}/", response=SelectionStepOut, operation_id="editSelectionStep")
def edit_step_operation(request: HttpRequest, selection_step_id: UUID, body: SelectionStepPatch) -> dict[str, Any]:
    """Change a step for those who apply from now on; running applications keep theirs."""
    return _step(edit_step(selection_step_id, values=body.dict(exclude_unset=True), actor=actor_of(request)))


@router.delete("selection-steps/{uuid:selection_step_id}/", response={204: None}, operation_id="deleteSelectionStep")
def delete_step_operation(request: HttpRequest, selection_step_id: UUID) -> None:
    """Take a step out for those who apply from now on."""
    delete_step(selection_step_id, actor=actor_of(request))
