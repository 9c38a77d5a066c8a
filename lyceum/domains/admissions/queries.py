"""Reading intakes and applications: always within the actor's school and rights, and by the clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.admissions.models import (
    Application,
    ApplicationDocument,
    ApplicationForm,
    ApplicationStep,
    Intake,
    Offer,
    SelectionStep,
    WantedCourse,
)
from lyceum.domains.admissions.policies import (
    NOBODY,
    named_applications,
    named_steps,
    own_applications,
    visible_applications,
)
from lyceum.domains.admissions.rules.deposits import deposits_of
from lyceum.domains.admissions.rules.places import WAITING_ORDER
from lyceum.domains.fees.rules.deposits import Deposit
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import get_student, matching

NEWEST_FIRST = ("-created_at", "-pk")
IN_ORDER = ("-submitted_at", "-pk")


def list_intakes(actor: Actor, *, status: str = "") -> QuerySet[Intake]:
    """The intakes by name: all of them for those who edit them, those that are published for everybody else."""
    office = actor.reaches_all(Permission.INTAKES_EDIT) or actor.reaches_all(Permission.APPLICATIONS_VIEW)
    steps = "steps__reviewers__staff__person" if office else "steps"
    rows = Intake.objects.select_related("form", "grade", "year").prefetch_related("course_links__course", steps)
    if not office:
        rows = rows.filter(status=Intake.Status.PUBLISHED)
    return (rows.filter(status=status) if status else rows).order_by("name", "pk")


def get_intake(intake_id: UUID, *, actor: Actor) -> Intake:
    """One intake."""
    found = list_intakes(actor).filter(pk=intake_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_open_intakes() -> list[Intake]:
    """What one can apply for now."""
    now = clock.now()
    rows = Intake.objects.filter(status=Intake.Status.PUBLISHED).select_related("form", "grade", "year")
    open_ones = Q(opens_at__isnull=True) | Q(opens_at__lte=now)
    return list(rows.filter(open_ones, Q(closes_at__isnull=True) | Q(closes_at__gt=now)).order_by("name", "pk"))


def list_forms(actor: Actor) -> QuerySet[ApplicationForm]:
    """The forms, for those who edit intakes."""
    actor.require_all(Permission.INTAKES_EDIT)
    return ApplicationForm.objects.order_by("name", "-version", "pk")


def get_form(form_id: UUID, *, actor: Actor) -> ApplicationForm:
    """One form."""
    found = list_forms(actor).filter(pk=form_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_handed_in(student_id: UUID, *, actor: Actor) -> QuerySet[ApplicationDocument]:
    """What was handed in with the applications of a student: it is in their file from the first day on."""
    actor.require(Permission.APPLICATIONS_VIEW)
    office = actor.reaches_all(Permission.APPLICATIONS_VIEW)
    seen = Application.objects.filter(Q() if office else own_applications(actor), student=student_id)
    if office and not Student.objects.filter(pk=student_id).exists():
        raise NotFoundError
    if not office and not seen.exists():
        get_student(student_id, actor=actor)
    rows = ApplicationDocument.objects.filter(application__in=seen).exclude(stored="")
    return rows.select_related("application__intake").order_by("type", "pk")


def list_selection_steps(actor: Actor, *, intake: UUID | None = None) -> QuerySet[SelectionStep]:
    """The steps of intakes, in their order, for those who edit or set them."""
    if not actor.reaches_all(Permission.INTAKES_EDIT):
        actor.require_all(Permission.STEPS_SET)
    rows = SelectionStep.objects.select_related("intake").prefetch_related("reviewers")
    return (rows.filter(intake=intake) if intake else rows).order_by("intake__name", "order", "pk")


def get_selection_step(step_id: UUID, *, actor: Actor) -> SelectionStep:
    """One step of an intake."""
    found = list_selection_steps(actor).filter(pk=step_id).first()
    if found is None:
        raise NotFoundError
    return found


@dataclass(frozen=True)
class ApplicationFilter:
    """Which applications."""

    intake: UUID | None = None
    status: str = ""
    step: str = ""
    """Whose first open required step has this name."""
    text: str = ""
    course: UUID | None = None
    documents_open: bool = False


ALL = ApplicationFilter()


def list_applications(actor: Actor, *, chosen: ApplicationFilter = ALL) -> QuerySet[Application]:
    """Applications, the newest first: all for the office, their own for families. Office lists hold no drafts."""
    actor.require(Permission.APPLICATIONS_VIEW)
    rows = Application.objects.filter(visible_applications(actor))
    if actor.reaches_all(Permission.APPLICATIONS_VIEW) and chosen.status != Application.Status.DRAFT:
        rows = rows.exclude(status=Application.Status.DRAFT)
    if chosen.intake:
        rows = rows.filter(intake=chosen.intake)
    if chosen.status:
        rows = rows.filter(_with_status(actor, chosen.status))
    if chosen.course:
        rows = rows.filter(Exists(WantedCourse.objects.filter(application=OuterRef("pk"), course=chosen.course)))
    if chosen.step:
        rows = rows.filter(_at_step(chosen.step))
    if chosen.documents_open:
        rows = rows.filter(Exists(_open_documents()))
    if tidy(chosen.text):
        rows = rows.filter(student__in=Student.objects.filter(matching(chosen.text)))
        if not actor.reaches_all(Permission.APPLICATIONS_VIEW):  # looking for a name would tell whose it is
            rows = rows.filter(Q(intake__blind_review=False) | own_applications(actor))
    return rows.select_related("intake", "student__person", "filled_in_by").order_by(*NEWEST_FIRST)


def _with_status(actor: Actor, status: str) -> Q:
    """A family that filters finds nothing out about what is held back."""
    if actor.reaches_all(Permission.APPLICATIONS_VIEW):
        return Q(status=status)
    held = Q(intake__decisions_visible_at__gt=clock.now(), status__in=("approved", "offered", "waitlisted", "rejected"))
    return Q(status=status) & ~held | (held if status == Application.Status.UNDER_REVIEW else Q(pk__in=()))


def _at_step(name: str) -> Q:
    named = ApplicationStep.objects.filter(
        application=OuterRef("pk"), step_name=name, status__in=("pending", "in_progress", "failed")
    )
    before = ApplicationStep.objects.filter(
        application=OuterRef("application"),
        order__lt=OuterRef("order"),
        is_required=True,
        status__in=("pending", "in_progress", "failed"),
    )
    return Q(Exists(named.filter(~Exists(before))))


def _open_documents() -> QuerySet[ApplicationDocument]:
    return ApplicationDocument.objects.filter(
        application=OuterRef("pk"), is_required=True, status__in=("requested", "rejected")
    )


def whole(rows: QuerySet[Application]) -> QuerySet[Application]:
    """With all that an answer says of them, in as many statements for one as for many."""
    return rows.select_related("intake__form", "student__person", "filled_in_by").prefetch_related(
        Prefetch("wanted", WantedCourse.objects.select_related("course").order_by("preference")),
        Prefetch("steps", ApplicationStep.objects.order_by("order", "pk")),
        Prefetch("documents", ApplicationDocument.objects.order_by("type")),
        Prefetch("offers", Offer.objects.order_by("-made_at")),
        "guardians",
    )


def get_application(application_id: UUID, *, actor: Actor) -> Application:
    """One application, where the actor may see it."""
    actor.require(Permission.APPLICATIONS_VIEW)
    found = whole(Application.objects.filter(visible_applications(actor), pk=application_id)).first()
    if found is None:
        raise NotFoundError
    return found


def list_own_applications(actor: Actor) -> QuerySet[Application]:
    """What somebody filled in, and what is about themselves or their children; the newest first."""
    return whole(Application.objects.filter(own_applications(actor))).order_by(*NEWEST_FIRST)


def list_to_review(actor: Actor) -> QuerySet[Application]:
    """The running applications of others with a step that somebody is named to; the oldest first."""
    running = ("submitted", "under_review", "waitlisted")
    rows = Application.objects.filter(named_applications(actor), status__in=running)
    return whole(rows).order_by("submitted_at", "pk")


def find_own_application(actor: Actor) -> Application | None:
    """The newest application of one's own that was sent; else the newest draft."""
    own = list_own_applications(actor)
    return own.exclude(status=Application.Status.DRAFT).first() or own.first()


@dataclass(frozen=True)
class Standing:
    """Where an application stands as its reader may know it now."""

    application: Application
    visible_status: str
    decision: str
    """approved or rejected; empty while there is none, or none to be seen."""
    decision_visible: bool
    steps: Sequence[ApplicationStep]
    offer: Offer | None
    """The offer that can be seen; open where it can be answered."""
    waiting: tuple[int, int] | None
    """Which place of how many on the waiting list."""
    message: str
    seen_by_office: bool
    documents: Sequence[ApplicationDocument] = field(default_factory=list)
    is_review: bool = False
    """Read by somebody who is named to its steps: they see those, and nobody's family."""
    is_blind: bool = False
    """Read by somebody who is not to know whose it is."""
    deposit: Deposit | None = None
    """What was asked for when the place was accepted."""

    @property
    def name(self) -> str:
        """What the reader may call it."""
        student = self.application.student
        return student.registration_number if self.is_blind and student else str(self.application)


def standings_of(applications: Sequence[Application], *, actor: Actor) -> list[Standing]:
    """How whole applications stand, in one more statement where somebody waits."""
    office = actor.reaches_all(Permission.APPLICATIONS_VIEW)
    waiting = waiting_places({a.intake_id for a in applications if a.status == Application.Status.WAITLISTED})
    named = {} if office else _named_steps(applications, actor)
    deposits, now = deposits_of(applications), clock.now()
    standings = [_standing(each, waiting.get(each.pk), office, named.get(each.pk), now) for each in applications]
    return [
        replace(each, deposit=deposits[each.application.pk])
        if each.application.pk in deposits and not each.is_review
        else each
        for each in standings
    ]


def _named_steps(applications: Sequence[Application], actor: Actor) -> dict[UUID, set[UUID]]:
    """The steps that somebody is named to, by application; of those that are their own, none."""
    which = named_steps(actor)
    if which == NOBODY:
        return {}
    theirs = Application.objects.filter(named_applications(actor), pk__in=[each.pk for each in applications])
    found: dict[UUID, set[UUID]] = {}
    for application, step in ApplicationStep.objects.filter(which, application__in=theirs).values_list(
        "application", "pk"
    ):
        found.setdefault(application, set()).add(step)
    return found


def standing_of(application: Application, *, actor: Actor) -> Standing:
    """How one whole application stands."""
    return standings_of([application], actor=actor)[0]


def find_application_of(student_id: UUID, *, actor: Actor) -> Standing | None:
    """The newest application of a student, as the actor may know it; nothing where there is none to be seen."""
    may_see = visible_applications(actor)
    if actor.may(Permission.STUDENTS_VIEW):
        may_see |= Q(student__in=Student.objects.filter(visible_students(actor), person__user=actor.user_id))
    found = whole(Application.objects.filter(may_see, student=student_id)).order_by(*NEWEST_FIRST).first()
    return standing_of(found, actor=actor) if found else None


def _standing(
    application: Application,
    waiting: tuple[int, int] | None,
    office: bool,
    named: set[UUID] | None,
    now: datetime,
) -> Standing:
    held = not office and application.is_held(now)
    offer = None if held else next(iter(application.offers.all()), None)
    status = application.status if office else application.visible_status(now)
    if status == Application.Status.OFFERED and offer and offer.expires_at <= now:
        status = Application.Status.EXPIRED.value  # the clock decides, whether or not a job has written it down
    steps = list(application.steps.all())
    if not office:
        shown = [each for each in steps if (each.shown_to_applicant if named is None else each.pk in named)]
        steps = [_as_seen(step, application, held) for step in shown]
    is_blind = named is not None and application.intake.blind_review
    return Standing(
        application=application,
        visible_status=status,
        decision="" if held else application.decision,
        decision_visible=bool(application.decision) and not held,
        steps=steps,
        offer=offer,
        waiting=None if held or named is not None else waiting,
        message="" if held or named is not None else application.message,
        seen_by_office=office,
        documents=[] if is_blind else list(application.documents.all()),
        is_review=named is not None,
        is_blind=is_blind,
    )


def _as_seen(step: ApplicationStep, application: Application, held: bool) -> ApplicationStep:
    """A step that the held decision settled looks as it did before."""
    if held and step.done_at and application.decided_at and step.done_at >= application.decided_at:
        step.status, step.done_at = ApplicationStep.Status.PENDING, None
    return step


def waiting_places(intakes: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """The place of everybody who waits for these intakes, as in 4 of 17. Computed anew each time."""
    wanted = set(intakes)
    if not wanted:
        return {}
    rows = Application.objects.filter(intake__in=wanted, status=Application.Status.WAITLISTED)
    order: dict[UUID, list[UUID]] = {}
    for pk, intake in rows.order_by(*WAITING_ORDER).values_list("pk", "intake"):
        order.setdefault(intake, []).append(pk)
    return {pk: (place, len(waiting)) for waiting in order.values() for place, pk in enumerate(waiting, start=1)}


def count_by_status(actor: Actor, *, intake: UUID | None = None) -> dict[str, int]:
    """How many applications there are in each state, drafts left out: for the office."""
    actor.require_all(Permission.APPLICATIONS_VIEW)
    rows = Application.objects.exclude(status=Application.Status.DRAFT)
    rows = rows.filter(intake=intake) if intake else rows
    counted = dict(rows.values_list("status").annotate(n=Count("pk")).order_by())
    return {state.value: counted.get(state.value, 0) for state in Application.Status if state != "draft"}


def refuse_nobody(actor: Actor) -> UUID:
    """The human who asks. Software and the public have no applications of their own."""
    if actor.user_id is None or actor.school_id is None:
        raise NotFoundError(_("You have no application here."))
    return actor.user_id
