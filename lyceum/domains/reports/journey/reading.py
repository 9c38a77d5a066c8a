"""Reading somebody's way."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.models import User
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import get_student
from lyceum.domains.reports.journey import known
from lyceum.domains.reports.journey.known import ENDED, Subject
from lyceum.domains.reports.journey.sources import LINKS, SeenApplication, events_link
from lyceum.domains.reports.journey.steps import Act, Shown, settle

_OVER: dict[str, Promise] = {
    "rejected": _("The school could not offer you a place."),
    "expired": _("The offer was not answered in time."),
    "declined": _("You declined the offer."),
    "withdrawn": _("You withdrew your application."),
    "rescinded": _("The school took the offer back."),
}
_SAID: dict[str, Promise] = {
    "registration": _("Confirm your e-mail address to go on."),
    "application": _("You can apply now."),
    "review": _("The school looks at your application."),
    "approval": _("The school has looked at your application."),
    "enrolment": _("You are approved."),
    "learning": _("You are enrolled."),
    "engagement": _("You are learning."),
    "completion": _("You are learning."),
    "alumni": _("You have completed a course."),
}
_ACTS: dict[str, Promise] = {
    "registration": _("Confirm your e-mail address"),
    "application": _("Apply for a place"),
    "review": _("Look at your application"),
    "approval": _("Look at your application"),
    "enrolment": _("Join a course"),
    "learning": _("Open your first lesson"),
    "engagement": _("Look for an event"),
    "completion": _("Go on learning"),
    "alumni": _("Write your alumni profile"),
}


@dataclass(frozen=True)
class Journey:
    """Somebody's way, as they may know it at this moment."""

    student: Student | None
    application: SeenApplication | None
    steps: list[Shown]
    sentence: str | Promise
    """The state in one line."""
    outcome: str
    """How it ended, where it did: rejected, expired, declined, withdrawn, rescinded."""
    next_act: Act | None

    @property
    def current(self) -> str:
        """The key of the step that is to be done; empty where there is none."""
        return next((step.key for step in self.steps if step.state == "current"), "")


def read_journey(actor: Actor, *, student_id: UUID | None = None) -> Journey:
    """One's own way; who sees every student's may ask about one. A fixed number of statements."""
    subject = find_subject(actor, student_id)
    application = known.find_application(subject, actor)
    outcome = application.status if application is not None and application.status in ENDED else ""
    done = {
        "discovery": known.discovered(subject),
        "registration": known.registered(subject),
        "application": known.applied(application),
        "review": known.reviewed(application),
        "approval": known.approved(application, subject),
        "enrolment": known.enrolled(subject),
        "learning": known.learned(subject),
        "engagement": known.engaged(subject),
        "completion": known.completed(subject),
        "alumni": known.is_alumnus(subject, actor),
    }
    if done["enrolment"]:  # somebody who came in by another application before
        outcome = ""
    acts = {key: _act(key, application) for key in _ACTS}
    if done["learning"] and not done["engagement"] and not done["completion"]:
        acts["engagement"] = Act(_ACTS["engagement"], events_link(actor))
    steps = settle(done, acts, is_over=bool(outcome))
    if outcome:
        return Journey(
            subject.student, application, steps, _OVER[outcome], outcome, Act(_("See what is possible now"), "/apply/")
        )
    current = next((step for step in steps if step.state == "current"), None)
    said = _SAID[current.key] if current else _("You are among our alumni.")
    after = Act(_("Look at your alumni profile"), LINKS["alumni"])
    return Journey(subject.student, application, steps, said, "", current.act if current else after)


def find_subject(actor: Actor, student_id: UUID | None) -> Subject:
    """Whose way is asked about, where the actor may know it."""
    actor.require(Permission.JOURNEY_VIEW)
    own = None
    if actor.user_id:
        rows = Student.objects.filter(person__user=actor.user_id, deleted_at=None)
        own = rows.select_related("person__user").first()
    if student_id is not None and (own is None or student_id != own.pk):
        if not actor.reaches_all(Permission.JOURNEY_VIEW):
            raise not_allowed(Permission.JOURNEY_VIEW)
        student = get_student(student_id, actor=actor)
        return Subject(student.person.user, student)
    user = own.person.user if own else User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    if user is None and own is None:
        raise NotFoundError
    return Subject(user, own)


def _act(key: str, application: SeenApplication | None) -> Act:
    title: str | Promise = _ACTS[key]
    if application is not None and key in ("application", "review", "approval"):
        if application.status == "draft":
            title = _("Go on with your application")
        elif application.status == "offered":
            title = _("Answer the offer")
        return Act(title, application.link or LINKS[key])
    return Act(title, LINKS[key])
