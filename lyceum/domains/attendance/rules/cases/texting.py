"""Answering by text: the number says who answers and the case is the one it was asked about.

Where either is in doubt, it is said so: a number of two people answers for neither by name, and a text that could be
about two children waits for the office.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import system_actor
from lyceum.core.language import speaking
from lyceum.core.schools import current_school
from lyceum.domains.attendance.cases import family_reasons
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.models import AbsenceCase, CaseReply, Code
from lyceum.domains.attendance.rules.cases.answering import LONGEST, OTHER, answer
from lyceum.domains.attendance.rules.cases.asking import KIND, source_of
from lyceum.domains.notifications.models import InboundSms
from lyceum.domains.notifications.rules.inbound import asked_by_text, hand_over
from lyceum.domains.notifications.sources import declare_page
from lyceum.domains.notifications.words_of_stop import plain
from lyceum.domains.people.contacts_for import Choice, Purpose, contacts_for
from lyceum.domains.people.models import Person
from lyceum.domains.tenancy.queries import today

declare_page(KIND, "/attendance/cases/{id}/")


def answer_by_text(sms_id: UUID) -> AbsenceCase | None:
    """Take a text as the answer to the one open case about which its number was asked; none where there is no such."""
    sms = InboundSms.objects.get(pk=sms_id)
    sent = asked_by_text(sms.sender, source=f"{KIND}:")
    if not plain(sms.text) or not sent:
        return None
    keys = {delivery.notification.source.partition(":")[2] for delivery in sent}
    cases = AbsenceCase.objects.select_related("student__person").filter(pk__in=keys, state__in=AbsenceCase.OPEN_STATES)
    case = _meant(list(cases.select_for_update(of=("self",)).order_by("pk")), sms.text)
    if case is None:
        return None
    people = _people_of(case, sms.sender)
    reason = _reason_in(sms.text, sent[0].notification.language) if len(people) == 1 else OTHER
    name = people[0].name if len(people) == 1 else " / ".join(each.name for each in people)
    answer(
        case,
        reason,
        sms.text[:LONGEST],
        person=people[0].person if len(people) == 1 else None,
        name=name[:200],
        via=CaseReply.Via.SMS,
        actor=system_actor(current_school(), name=name),
    )
    hand_over(sms, source_of(case))
    return case


def _meant(cases: Sequence[AbsenceCase], text: str) -> AbsenceCase | None:
    """The only case, or the only one whose child the text names."""
    if len(cases) <= 1:
        return cases[0] if cases else None
    said = f" {plain(text)} "
    for names_of in (_whole_names, _first_names):
        named = [case for case in cases if any(f" {plain(name)} " in said for name in names_of(case.student.person))]
        if named:
            return named[0] if len(named) == 1 else None
    return None


def _whole_names(person: Person) -> list[str]:
    return [name for name in (person.called, person.full_name) if name]


def _first_names(person: Person) -> list[str]:
    """What a family calls its child in a text."""
    return [name for name in (person.first_name, *person.full_name.split()[:1]) if name]


def _people_of(case: AbsenceCase, number: str) -> list[Choice]:
    """Those who are told of the child's absence and have that number."""
    choices = contacts_for(case.student_id, purpose=Purpose.ABSENCE, day=today(), actor=system_actor(current_school()))
    return [each for each in choices if each.is_told and number in each.addresses.get("sms", ())]


def _reason_in(text: str, language: str) -> str:
    """The one reason of the list that the text names by its words, in whoever's language; else something else."""
    said = f" {plain(text)} "
    offered = family_reasons(read_codes(system_actor(current_school())))
    with speaking(language, "en"):
        found = [code for code in offered if _is_said(code, said)]
    return str(found[0].pk) if len(found) == 1 else OTHER


def _is_said(code: Code, said: str) -> bool:
    if said.strip() == plain(code.symbol):
        return True
    labels = {plain(code.family_label), plain(_(code.family_label))}
    return any(f" {label} " in said for label in labels)
