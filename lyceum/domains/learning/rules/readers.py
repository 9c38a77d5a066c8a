"""Telling learners of something: themselves, and for who has no account the adults who are told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.accounts.models import User
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.rules.wording import Said
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.people.contacts_for import Purpose, contacts_of
from lyceum.domains.people.models import ContactPoint, Student
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Piece:
    """What one learner is told."""

    student: Student
    """With its person."""
    values: Mapping[str, Said] = field(default_factory=dict)


def of_child(template: str) -> str:
    """The key of the words in which a family reads it."""
    return f"{template}_child"


def declare_both(template: str, *, learner: Text, family: Text) -> None:
    """The words for a learner, and those for a family, which name the child."""
    declare(template, learner)
    declare(of_child(template), replace(family, placeholders=("name", *learner.placeholders)))


def tell_learners(news: News, pieces: Sequence[Piece], *, actor: Actor) -> None:
    """Tell each learner, or their family. The same key tells a learner once."""
    learners = _with_account([each.student for each in pieces])
    themselves = [
        replace(learners[each.student.pk], values=each.values) for each in pieces if each.student.pk in learners
    ]
    if themselves:
        notify(news, themselves, actor=actor)
    children = [each for each in pieces if each.student.pk not in learners]
    if not children:
        return
    students = [each.student.pk for each in children]
    choices = contacts_of(students, purpose=Purpose.GENERAL, day=today(), actor=actor)
    for each in children:
        told = [choice.as_recipient() for choice in choices.get(each.student.pk, ()) if choice.is_told]
        if told:
            notify(_of_child(news, each), told, actor=actor)


def _of_child(news: News, piece: Piece) -> News:
    return replace(
        news,
        template=of_child(news.template),
        values={**news.values, **piece.values, "name": piece.student.person.called},
        dedupe_key=f"{news.dedupe_key}:{piece.student.pk}",
        about_student=piece.student.pk,
    )


def _with_account(students: Sequence[Student]) -> dict[UUID, Recipient]:
    """Those of some students who have an account, by student."""
    users = User.objects.filter(pk__in=[each.person.user_id for each in students if each.person.user_id])
    known = {user.pk: user for user in users.prefetch_related("emails")}
    addresses = _addresses([each.person_id for each in students if each.person.user_id in known])
    return {
        each.pk: Recipient(
            person=each.person_id,
            name=each.person.full_name,
            reason="learner",
            user=user.pk,
            language=user.locale,
            addresses={"email": _without_doubles([*_verified(user), *addresses.get(each.person_id, ())])},
        )
        for each in students
        if (user := known.get(each.person.user_id)) is not None
    }


def _verified(user: User) -> list[str]:
    return [mail.address for mail in user.emails.all() if mail.verified_at]


def _addresses(persons: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    points = ContactPoint.objects.filter(person__in=persons, kind="email", failing_since=None)
    for point in points.order_by("-preferred", "pk"):
        found[point.person_id].append(point.value)
    return found


def _without_doubles(addresses: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
