"""Sending an application: in one transaction it becomes a person, a number, steps, documents and a mail."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, RuleError
from lyceum.core.schools import current_school
from lyceum.core.text import fold
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.rules.registration import is_verified
from lyceum.domains.admissions.facts import ApplicationSubmitted
from lyceum.domains.admissions.models import (
    Application,
    ApplicationDocument,
    ApplicationGuardian,
    ApplicationStep,
    SelectionStep,
    WantedCourse,
)
from lyceum.domains.admissions.models.applications import OVER
from lyceum.domains.admissions.rules.choosing import age_on, check_age, courses_of, refuse_closed
from lyceum.domains.admissions.rules.entering import (
    Entered,
    EnteredGuardian,
    begin_application,
    entered_birth,
    entered_guardians,
    entering_permission,
)
from lyceum.domains.admissions.rules.forms import check_answers, schema_of
from lyceum.domains.admissions.rules.refusals import (
    AlreadyAppliedError,
    GuardianMustApplyError,
    GuardianRequiredError,
)
from lyceum.domains.admissions.rules.states import acting_for, get_for_act, require_state, whole_applications
from lyceum.domains.admissions.rules.telling import tell_family, tell_office
from lyceum.domains.admissions.settings import admissions_settings
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Person, Student
from lyceum.domains.people.rules.persons import NewPerson, find_faults
from lyceum.domains.people.rules.students import NewStudent, create_student, make_student_of
from lyceum.domains.tenancy.queries import today


@transaction.atomic
def apply(entered: Entered, *, actor: Actor) -> Application:
    """Fill an application in and send it, in one act."""
    draft = begin_application(entered, actor=actor)
    return submit_application(draft.pk, actor=actor)


@transaction.atomic
def submit_application(application_id: UUID, *, actor: Actor) -> Application:
    """Send a draft. Who has not shown that their address is theirs has sent it once they did."""
    application = get_for_act(application_id, permission=entering_permission(actor), actor=actor)
    if application.status != Application.Status.DRAFT and application.submitted_at:
        raise _already(application)
    require_state(application, Application.Status.DRAFT)
    # One after the other for each human: what is sent twice at once is one application.
    user = User.objects.select_for_update(no_key=True).get(pk=application.filled_in_by_id)
    _check(application)
    if not application.entered.get("office") and not is_verified(user.pk):
        application.awaiting = Application.Awaiting.EMAIL
        application.save(update_fields=["awaiting", "updated_at"])
        record("admissions.application.await", target=Target.of(application), actor=actor)
        return application
    return _send(application, user, actor)


def send_what_waited(user_id: UUID, *, actor: Actor) -> list[Application]:
    """Send what its author had sent before they showed that their address is theirs. What cannot go stays a draft."""
    sent = []
    waiting = Application.objects.filter(filled_in_by=user_id, awaiting=Application.Awaiting.EMAIL, status="draft")
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                sent.append(submit_application(pk, actor=acting_for(actor)))
        except RuleError:
            Application.objects.filter(pk=pk).update(awaiting="", updated_at=clock.now())
    return sent


def _check(application: Application) -> None:
    """Refuse what cannot be sent, naming every field that is missing or wrong."""
    refuse_closed([application.intake])
    person, birth = application.entered.get("person", {}), entered_birth(application)
    courses = [UUID(each) for each in application.entered.get("courses", ())]
    errors = [FieldError("/first_name", "required", _("Give a name."))] if not person.get("first_name") else []
    if birth is None:
        errors.append(FieldError("/birth_date", "required", _("Give the date of birth.")))
    else:
        errors += find_faults(NewPerson(first_name="x", birth_date=birth), today=today())
    offered = courses_of(application.intake)
    if offered and not courses:
        errors.append(FieldError("/courses", "required", _("Choose at least one course.")))
    if set(courses) - {each.pk for each in offered}:
        errors.append(FieldError("/courses", "not_in_intake", _("One of the courses cannot be applied for here.")))
    try:
        check_answers(schema_of(application.intake), application.answers, whole=True)
    except InvalidError as error:
        errors += error.errors
    if errors or birth is None:
        raise InvalidError(errors[0].message, errors=errors)
    check_age(application.intake, birth)
    _check_family(application, age_on(birth, today()))


def _check_family(application: Application, age: int) -> None:
    """Who is too young applies through a guardian, and who is under age names one who can be reached."""
    settings = admissions_settings()
    if application.for_self and age < settings.self_registration_age:
        raise GuardianMustApplyError(
            _("Under %(age)s years a guardian applies. Ask yours to register and to apply for you.")
            % {"age": settings.self_registration_age}
        )
    if age >= settings.guardian_until:
        return
    reached = [each for each in _adults(application) if each.email or each.phone]
    if not reached:
        message = _("Under %(age)s years, name a guardian with an e-mail address or a telephone number.") % {
            "age": settings.guardian_until
        }
        raise GuardianRequiredError(message, errors=[FieldError("/guardians", "guardian_required", message)])


def _adults(application: Application) -> list[EnteredGuardian]:
    """The guardians as entered; whoever fills in for a child and names nobody is the guardian."""
    named = entered_guardians(application)
    if named or application.for_self or application.entered.get("office"):
        return named
    user = application.filled_in_by
    address = user.emails.filter(primary=True).values_list("address", flat=True).first()
    return [
        EnteredGuardian(
            first_name=user.first_name or user.full_name, last_name=user.last_name, relation="", email=address or ""
        )
    ]


def _send(application: Application, user: User, actor: Actor) -> Application:
    entered, school = application.entered, acting_for(actor)
    _insert_guardians(application, user)
    WantedCourse.objects.bulk_create(
        WantedCourse(application=application, course_id=pk, preference=place)
        for place, pk in enumerate(entered.get("courses", ()), start=1)
    )
    copy_steps([application])
    ApplicationDocument.objects.bulk_create(
        ApplicationDocument(application=application, type=each["type"], is_required=each["required"])
        for each in application.intake.documents
    )
    # The number is taken as late as can be: from here on every other applicant of the school waits for the end of this.
    student = _student(application, user, school)
    before = Application.objects.filter(student=student, intake=application.intake_id).exclude(status__in=OVER).first()
    if before is not None:
        raise _already(before)
    application.student = student
    application.entered = {"office": True} if entered.get("office") else {}
    application.awaiting, application.status = "", Application.Status.SUBMITTED
    application.submitted_at = clock.now()
    with refusing(application_once=lambda: AlreadyAppliedError(_("An application for this was sent at this moment."))):
        application.save()
    fact = ApplicationSubmitted(application=application.pk, student=student.pk, intake=application.intake_id)
    changes = {"status": ["draft", "submitted"]}
    record("admissions.application.submit", target=Target.of(application), changes=changes, facts=[fact], actor=actor)
    tell_family(application, "admissions.submitted", actor=system_actor(current_school()))
    return application


def tell_of_arrival(application_id: UUID, *, actor: Actor) -> None:
    """Tell the office of an application that came in; twice tells once."""
    application = whole_applications().filter(pk=application_id, student__isnull=False).first()
    if application is not None:
        tell_office(application, "admissions.arrived", actor=actor)


def _already(application: Application) -> AlreadyAppliedError:
    return AlreadyAppliedError(
        _("You have applied for %(intake)s already.") % {"intake": application.intake},
        application=str(application.pk),
        link=f"/applications/{application.pk}/",
    )


def _student(application: Application, user: User, school: Actor) -> Student:
    """The applicant: who is known to us by their own account or application keeps person and number."""
    known = _known_person(application, user)
    if known is not None:
        return make_student_of(known.pk, actor=school)
    given, birth = application.entered["person"], entered_birth(application)
    new = NewPerson(
        first_name=given.get("first_name", ""),
        last_name=given.get("last_name", ""),
        gender=given.get("gender", ""),
        birth_date=birth,
        emails=tuple(filter(None, [given.get("email", "")])),
        phones=tuple(filter(None, [given.get("phone", "")])),
    )
    student = create_student(NewStudent(new, confirm_new=True), actor=school)
    if application.for_self:
        Person.objects.filter(pk=student.person_id, user__isnull=True).update(user=user)
        student.person.user = user
    return student


def _known_person(application: Application, user: User) -> Person | None:
    if application.entered.get("office"):
        return None  # the office looks at possible doubles, and decides
    if application.for_self:
        return Person.objects.filter(user=user).first()
    given, birth = application.entered["person"], entered_birth(application)
    name = fold(f"{given.get('first_name', '')} {given.get('last_name', '')}")
    own = Application.objects.filter(filled_in_by=user, for_self=False, student__person__birth_date=birth)
    children = Person.objects.filter(pk__in=own.values("student__person"), students__deleted_at=None)
    tied = Person.objects.filter(students__guardian_links__guardian__user=user, birth_date=birth)
    return next((each for each in (*children, *tied) if fold(each.full_name) == name), None)


def _insert_guardians(application: Application, user: User) -> None:
    addresses = set(user.emails.values_list("address", flat=True))
    rows = []
    for place, each in enumerate(_adults(application), start=1):
        themselves = not application.for_self and each.email.lower() in addresses
        values = {name: getattr(each, name) for name in EnteredGuardian.__dataclass_fields__}
        rows.append(
            ApplicationGuardian(application=application, order=place, user=user if themselves else None, **values)
        )
    ApplicationGuardian.objects.bulk_create(rows)


def copy_steps(applications: Sequence[Application]) -> None:
    """Give applications the steps of their intake as they are now; those of a name that is there stay as they are."""
    first, day = applications[0], today()
    wanted = list(SelectionStep.objects.filter(intake=first.intake_id).order_by("order"))
    there = {
        (row.application_id, row.step_name) for row in ApplicationStep.objects.filter(application__in=applications)
    }
    ApplicationStep.objects.bulk_create(
        ApplicationStep(
            application=application,
            step=step,
            step_name=step.step_name,
            description=step.description,
            order=step.order,
            kind=step.kind,
            is_required=step.is_required,
            shown_to_applicant=step.shown_to_applicant,
            due_on=day + timedelta(days=step.days_to_do) if step.days_to_do else None,
        )
        for application in applications
        for step in wanted
        if (application.pk, step.step_name) not in there
    )
