"""Admitting: the applicant becomes a student of a year group, the same person, and nothing is typed again."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.core.text import fold
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import get_class
from lyceum.domains.academics.rules.placements import place_and_seat
from lyceum.domains.accounts.models import Membership
from lyceum.domains.accounts.rules.invitations import Invited, invite
from lyceum.domains.accounts.rules.users import start_membership
from lyceum.domains.admissions.facts import StudentAdmitted
from lyceum.domains.admissions.models import Application, ApplicationGuardian, Intake
from lyceum.domains.admissions.rules.announcing import make_student_member
from lyceum.domains.admissions.rules.choosing import age_on
from lyceum.domains.admissions.rules.consenting import bring_consents, read_answers
from lyceum.domains.admissions.rules.deposits import carry_over, find_deposit_of
from lyceum.domains.admissions.rules.refusals import MappingIncompleteError, WrongStateError
from lyceum.domains.admissions.rules.states import acting_for, get_with_intake, require_state
from lyceum.domains.admissions.rules.telling import tell_family
from lyceum.domains.admissions.rules.verdicts import set_state
from lyceum.domains.admissions.settings import admissions_settings
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.models import ContactPoint, Enrolment, GuardianLink, Person, Student
from lyceum.domains.people.queries import on_roll
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.enrolments import enrol_student
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.tenancy.queries import today

KEPT_AWAY = ("no_contact", "no_information")


@dataclass(frozen=True)
class Line:
    """One thing of the application and where it goes."""

    what: str
    value: str
    where: str


@dataclass(frozen=True)
class Plan:
    """What admitting would do, and what is missing for it."""

    starts_on: date
    lines: list[Line] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)
    warnings: list[Line] = field(default_factory=list)
    """What does not stop it, and should be known."""


def plan_admission(application: Application, *, start_on: date | None = None, form: Class | None = None) -> Plan:
    """Look ahead: where everything goes, and what cannot be mapped. Changes nothing."""
    intake, student = application.intake, application.student
    if student is None or intake.kind != Intake.Kind.YEAR_GROUP or intake.year is None or intake.grade is None:
        raise WrongStateError(_("Only somebody who applied for a year group is admitted."))
    first = start_on or application.start_on or max(intake.year.starts, today())
    plan = Plan(first)
    record_of, roll = _("Student record"), _("Roll")
    plan.lines.extend([
        Line(_("Name"), student.person.full_name, record_of),
        Line(_("Registration number"), student.registration_number, record_of),
        Line(_("First day"), date_format(first, _("j M Y")), roll),
        Line(_("Year group"), intake.grade.name, roll),
    ])  # fmt: skip
    if form is not None:
        plan.lines.append(Line(_("Class"), form.name, roll))
    guardians = list(application.guardians.order_by("order"))
    for each in guardians:
        where = _("Guardians, no contact") if each.no_contact else _("Guardians")
        plan.lines.append(Line(each.relation or _("Guardian"), str(each), where))
    for document in application.documents.exclude(stored="").order_by("type"):
        plan.lines.append(Line(_("Document"), document.type, _("Documents")))
    for kind, agrees in read_answers(application):
        plan.lines.append(Line(kind.name, _("given") if agrees else _("refused"), _("Consents")))
    _plan_deposit(application, plan)
    birth = student.person.birth_date
    if birth is None:
        plan.missing.append(Line("birth_date", "", _("Student record: date of birth")))
    minor = birth is not None and age_on(birth, first) < admissions_settings().guardian_until
    if minor and not any(g.has_responsibility and not g.no_contact for g in guardians):
        plan.missing.append(Line("guardians", "", _("Guardians: one with responsibility who may be reached")))
    if not intake.year.starts <= first <= intake.year.ends:
        plan.missing.append(
            Line("start_on", str(first), _("A day of the school year %(year)s") % {"year": intake.year})
        )
    return plan


def _plan_deposit(application: Application, plan: Plan) -> None:
    """What becomes of the deposit: it stays held; where it is not paid, the intake says whether that stops it."""
    deposit = find_deposit_of(application)
    if deposit is None:
        return
    account = deposit.line.invoice.account
    plan.lines.extend([
        Line(_("Deposit"), str(deposit.asked), _("Fees, held for the child")),
        Line(_("Billing account"), str(account), _("Fees, of whoever accepted the place")),
    ])  # fmt: skip
    if not deposit.is_paid:
        open_line = Line("deposit", str(deposit.asked), _("Fees: the deposit is not paid"))
        (plan.missing if application.intake.needs_deposit else plan.warnings).append(open_line)


@transaction.atomic
def admit(
    application_id: UUID, *, start_on: date | None = None, class_id: UUID | None = None, actor: Actor
) -> Application:
    """Make the applicant a student from a day on: all of it or nothing. Doing it again changes nothing."""
    application = get_with_intake(application_id, permission=Permission.APPLICATIONS_DECIDE, actor=actor)
    if application.status == Application.Status.ENROLLED:
        return application
    require_state(application, Application.Status.APPROVED)
    if application.is_held(clock.now()):  # whoever is admitted is told so, by mail and by what other software hears
        raise WrongStateError(_("The family does not know of the decision yet. Admit once decisions may be seen."))
    school = acting_for(actor)
    form = get_class(class_id, actor=school, day=today()) if class_id else None
    if form is not None and form.year_id != application.intake.year_id:
        raise invalid_field("/class", "other_year", _("The class belongs to another school year."))
    plan = plan_admission(application, start_on=start_on, form=form)
    if plan.missing:
        raise MappingIncompleteError(
            _("Missing: %(what)s.") % {"what": "; ".join(each.where for each in plan.missing)},
            missing=[{"field": each.what, "where": each.where} for each in plan.missing],
        )
    student: Student = application.student
    _add_guardians(application, student, school)
    carry_over(application, actor=school)
    enrolment = _enrol(student, plan.starts_on, school)
    place_and_seat(student.pk, grade=application.intake.grade, form=form, on=plan.starts_on, actor=school)
    bring_consents(application, actor=school)
    make_student_member(application, actor=school)
    application.start_on = plan.starts_on
    fact = StudentAdmitted(application=application.pk, student=student.pk, enrolment=enrolment.pk)
    set_state(application, Application.Status.ENROLLED, "admit", actor, decision="approved", facts=[fact])
    tell_family(application, "admissions.admitted", values={"until": date_format(plan.starts_on, _("j M Y"))},
                actor=system_actor(current_school()))  # fmt: skip
    return application


def _enrol(student: Student, first: date, school: Actor) -> Enrolment:
    present = Enrolment.objects.filter(on_roll(first), student=student).first()
    return present or enrol_student(student.pk, first_day=first, actor=school)


def _add_guardians(application: Application, student: Student, school: Actor) -> None:
    """Tie the adults of the application to the student, in their order; who is known here is not made anew."""
    tied = set(GuardianLink.objects.filter(student=student, ends_on=None).values_list("guardian", flat=True))
    for each in application.guardians.select_related("user").order_by("order"):
        known = _known_adult(each)
        if known is not None and known.pk in tied:
            continue
        # Whoever applied may bring an account; only a person who is nobody's yet becomes theirs.
        link = add_guardians([_new_guardian(each, student, known)], actor=school)[0]
        tied.add(link.guardian_id)
        if not each.no_contact and link.portal == "full":
            _let_in(each, link, student, application, school)


def _known_adult(guardian: ApplicationGuardian) -> Person | None:
    """Somebody of the school whose account, or whose address and name, this is."""
    if guardian.user_id is not None:
        own = Person.objects.filter(user=guardian.user_id).first()
        if own is not None:
            return own
    if not guardian.email:
        return None
    points = ContactPoint.objects.filter(kind="email", value=guardian.email.lower()).select_related("person")
    named = fold(str(guardian))
    return next((point.person for point in points if fold(point.person.full_name) == named), None)


def _new_guardian(guardian: ApplicationGuardian, student: Student, known: Person | None) -> NewGuardian:
    new = NewPerson(
        first_name=guardian.first_name,
        last_name=guardian.last_name,
        emails=tuple(filter(None, [guardian.email])),
        mobiles=tuple(filter(None, [guardian.phone])),
    )
    may_see = guardian.has_responsibility and not guardian.no_contact
    return NewGuardian(
        student.pk,
        guardian.relation or "guardian",
        person=None if known else new,
        person_id=known.pk if known else None,
        parental_responsibility="yes" if guardian.has_responsibility else "no",
        portal="full" if may_see else "none",
        channels=() if guardian.no_contact or not guardian.email else ("email",),
        told=frozenset() if guardian.no_contact else frozenset({"absence", "behaviour", "reports", "general"}),
        restrictions=KEPT_AWAY if guardian.no_contact else (),
        confirm_new=True,
    )


def _let_in(
    guardian: ApplicationGuardian, link: GuardianLink, student: Student, application: Application, school: Actor
) -> None:
    """Whoever has the account that applied is a guardian with it at once; anybody else gets an invitation."""
    if guardian.user is not None:
        Person.objects.filter(pk=link.guardian_id, user__isnull=True).update(user=guardian.user)
        held = Membership.objects.filter(user=guardian.user, school_id=current_school(), role=Role.GUARDIAN.value)
        if not held.exclude(state=Membership.State.ENDED).exists():
            start_membership(guardian.user, role=Role.GUARDIAN, actor=school)
        return
    if not guardian.email or Person.objects.filter(pk=link.guardian_id, user__isnull=False).exists():
        return
    try:
        with transaction.atomic():
            sent = invite(
                Invited(str(guardian), Role.GUARDIAN, address=guardian.email, person_id=link.guardian_id),
                actor=school,
            )
    except RuleError:  # invited before, or here already: the admission stands
        return
    news = News(
        type=Type.ACCOUNT.value,
        template="admissions.invited",
        values={"name": student.person.called, "number": "", "intake": "", "until": "", "text": ""},
        dedupe_key=f"admissions.invited:{sent.invitation.pk}",
        urgency=Urgency.IMPORTANT.value,
        statutory=True,
        channels=[Channel.EMAIL.value],
        source=str(application.pk),
    )
    told = Recipient(
        person=link.guardian_id,
        name=str(guardian),
        reason=guardian.relation or "guardian",
        addresses={"email": [guardian.email.lower()]},
        own_link=f"/invitation/{sent.secret}/",
    )
    notify(news, [told], actor=system_actor(current_school()))
