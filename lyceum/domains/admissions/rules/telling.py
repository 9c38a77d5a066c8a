"""What families and the office are told about applications, in words and never with a secret or a note."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.models import EmailAddress
from lyceum.domains.admissions.models import Application
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.models import ContactPoint
from lyceum.domains.people.office import office_recipients

_WORDS = ("school", "name", "number", "intake", "until", "text")
_TEXTS = {
    "admissions.submitted": (
        _("We have your application"),
        _("The application of {name} for {intake} has arrived. Its number is {number}."),
        _("{school}: your application has arrived, number {number}."),
    ),
    "admissions.approved": (
        _("Your application was approved"),
        _("The application of {name} for {intake} was approved. {text}"),
        _("{school}: your application was approved."),
    ),
    "admissions.offered": (
        _("We offer you a place"),
        _("{school} offers {name} a place: {intake}. Answer by {until}. {text}"),
        _("{school} offers you a place. Answer by {until}."),
    ),
    "admissions.offer_reminder": (
        _("Your answer is still missing"),
        _("The place that {school} offers {name} is kept until {until}. Accept or decline it."),
        _("{school}: the place is kept until {until}. Please answer."),
    ),
    "admissions.waitlisted": (
        _("You are on the waiting list"),
        _("For {intake} all places are taken at present. {name} is on the waiting list. {text}"),
        _("{school}: you are on the waiting list."),
    ),
    "admissions.rejected": (
        _("About your application"),
        _("{school} cannot offer {name} a place for {intake}. {text}"),
        _("{school}: there is a decision about your application."),
    ),
    "admissions.answered": (
        _("Your answer has arrived"),
        _("The place offered to {name} was {text}."),
        _("{school}: your answer has arrived."),
    ),
    "admissions.expired": (
        _("The offer has ended"),
        _("The place that {school} kept for {name} was not taken in time. Ask the school if you still want it."),
        _("{school}: the offer has ended."),
    ),
    "admissions.withdrawn": (
        _("The application was withdrawn"),
        _("The application of {name} for {intake} was withdrawn."),
        _("{school}: the application was withdrawn."),
    ),
    "admissions.rescinded": (
        _("The offer was taken back"),
        _("{school} takes back the place that was offered to {name}. {text}"),
        _("{school}: the offer was taken back."),
    ),
    "admissions.document": (
        _("A document is missing"),
        _("Hand in anew for {name}: {text}."),
        _("{school}: a document is missing."),
    ),
    "admissions.admitted": (
        _("Welcome to {school}"),
        _("{name} is a student of {school} from {until}."),
        _("Welcome to {school}."),
    ),
    "admissions.arrived": (
        _("An application has arrived"),
        _("An application for {intake} has arrived: {number}."),
        _("{school}: an application has arrived."),
    ),
    "admissions.place_free": (
        _("A place is free"),
        _("A place of {intake} is free. First on the waiting list: {name}, {number}."),
        _("{school}: a place is free."),
    ),
    "admissions.invited": (
        _("Your access to {school}"),
        _("{name} is a student of {school}. Follow the link to make your account as a guardian; it works for 7 days."),
        _("{school}: follow the link to make your account."),
    ),
}

for _key, (_subject, _message, _short) in _TEXTS.items():
    declare(_key, Text(subject=_subject, message=_message, short=_short, placeholders=_WORDS))

Values = Mapping[str, str]


def tell_family(application: Application, template: str, *, values: Values | None = None, once: str = "",
                actor: Actor) -> None:  # fmt: skip
    """Tell whoever applied, and the guardians who may be told. `once` keeps one piece of news from another."""
    told = family_of(application)
    if told:
        notify(_news(application, template, values or {}, once), told, actor=actor)


def tell_office(application: Application, template: str, *, once: str = "", actor: Actor) -> None:
    """Tell those who work on applications: in Lyceum, and not by mail."""
    permission = Permission.APPLICATIONS_DECIDE if template == "admissions.place_free" else Permission.STEPS_SET
    notify(_news(application, template, {}, once), office_recipients(permission), actor=actor)


def _news(application: Application, template: str, values: Values, once: str) -> News:
    student = application.student
    said = {
        "name": student.person.called if student else "",
        "number": student.registration_number if student else "",
        "intake": application.intake.name,
        "until": "",
        "text": "",
        **values,
    }
    family = template not in ("admissions.arrived", "admissions.place_free")
    return News(
        type=Type.ADMISSION.value,
        template=template,
        values=said,
        dedupe_key=f"{template}:{application.pk}{':' if once else ''}{once}",
        urgency=(Urgency.IMPORTANT if family else Urgency.ROUTINE).value,
        statutory=family,
        channels=[Channel.EMAIL.value, Channel.PUSH.value] if family else [],
        link=f"/applications/{application.pk}/",
        source=str(application.pk),
    )


def family_of(application: Application) -> list[Recipient]:
    """Who is told: the one who applied, else the applicant; and each guardian who is not kept away."""
    user, found = application.filled_in_by, []
    guardians = list(application.guardians.order_by("order"))
    is_family = not application.entered.get("office")
    addresses = dict(EmailAddress.objects.filter(user=user, primary=True).values_list("user", "address"))
    if is_family:
        mail = [addresses[user.pk]] if user.pk in addresses else []
        found.append(
            Recipient(person=user.pk, name=user.full_name, reason="applied", user=user.pk, language=user.locale,
                      addresses={"email": mail})
        )  # fmt: skip
    elif application.student is not None:
        points = ContactPoint.objects.filter(person=application.student.person_id, kind="email")
        mail = list(points.order_by("-preferred", "pk").values_list("value", flat=True)[:1])
        found.append(
            Recipient(person=application.student.person_id, name=application.student.person.full_name,
                      reason="applicant", addresses={"email": mail})
        )  # fmt: skip
    known = {mail for each in found for mail in each.addresses.get("email", ())}
    for each in guardians:
        if each.no_contact or not each.email or each.email.lower() in known or each.user_id == user.pk:
            continue
        found.append(
            Recipient(person=each.pk, name=str(each), reason=each.relation or "guardian",
                      addresses={"email": [each.email.lower()]})
        )  # fmt: skip
    # An address that is also that of somebody who is kept away takes nothing.
    kept = {each.email.lower() for each in guardians if each.no_contact and each.email}
    return [each for each in found if not kept & set(each.addresses.get("email", ()))]
