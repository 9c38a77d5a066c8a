"""Whom to tell: combinations of link, purpose, consent, address, restriction and sibling, against a slow reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyceum.core.actor import system_actor
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.notifications.rules.notify import News, notify
from lyceum.domains.notifications.rules.outcomes import let_in_again, suppress
from lyceum.domains.people.contacts_for import Purpose, WhyNot, contacts_for, contacts_of
from lyceum.domains.people.models import ContactPoint, ContactRestriction, GuardianLink, Person
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.people.settings import people_settings
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today
from lyceum.testing.factories import as_actor, in_school, make_guardian, make_manager, make_school, make_student

DAY = date(2026, 11, 20)
ADULTS, VALUES = 3, ("a@example.org", "b@example.org", "+447700900001", "+447700900002")
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Link:
    """What one adult is to one child."""

    child: int
    adult: int
    told: frozenset[str]
    agreed: frozenset[str]
    current: bool


@dataclass(frozen=True)
class Point:
    """One address of an adult; adults may share it."""

    adult: int
    value: str
    works: bool


@dataclass(frozen=True)
class Kept:
    """A restriction."""

    child: int
    adult: int
    kind: str
    active: bool


def _sets(*words: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words))


LINKS = st.lists(
    st.builds(
        Link,
        child=st.integers(0, 1),
        adult=st.integers(0, ADULTS - 1),
        told=_sets("absence", "behaviour", "fees"),
        agreed=_sets("email", "sms", "call"),
        current=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda link: (link.child, link.adult),
)
POINTS = st.lists(
    st.builds(Point, adult=st.integers(0, ADULTS - 1), value=st.sampled_from(VALUES), works=st.booleans()),
    max_size=6,
    unique_by=lambda point: (point.adult, point.value),
)
KEPT = st.lists(
    st.builds(
        Kept,
        child=st.integers(0, 1),
        adult=st.integers(0, ADULTS - 1),
        kind=st.sampled_from(["no_contact", "no_information", "no_collection", "address_withheld"]),
        active=st.booleans(),
    ),
    max_size=3,
)


def expected(
    child: int, purpose: str, channel: str, links: list[Link], points: list[Point], kept: list[Kept]
) -> set[tuple[int, str]]:
    """Adult and address, straight from the rules: slow, and without any of the code under test."""
    away = {k.adult for k in kept if k.child == child and k.active and k.kind in ("no_contact", "no_information")}
    theirs = {p.value for p in points if p.adult in away}
    found = set()
    for link in links:
        if link.child != child or not link.current or link.adult in away:
            continue
        if purpose not in link.told or channel not in link.agreed:
            continue
        for point in points:
            is_mail = "@" in point.value
            if (
                point.adult == link.adult
                and point.works
                and point.value not in theirs
                and is_mail == (channel == "email")
            ):
                found.add((link.adult, point.value))
    return found


@pytest.fixture
def family() -> tuple[School, list[UUID], list[UUID]]:
    """A school, two siblings, and three adults."""
    school = make_school()
    children = [make_student(school).pk for _ in range(2)]
    with in_school(school):
        adults = [
            Person.objects.create(full_name=f"Adult {n}", sort_name=f"adult {n}", search_name="a")
            for n in range(ADULTS)
        ]
    return school, children, [adult.pk for adult in adults]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(links=LINKS, points=POINTS, kept=KEPT)
def test_contacts_are_what_the_rules_say(
    family: tuple[School, list[UUID], list[UUID]], links: list[Link], points: list[Point], kept: list[Kept]
):
    school, children, adults = family
    with in_school(school):
        sid = transaction.savepoint()
        _write(children, adults, links, points, kept)
        for purpose in ("absence", "fees"):
            for channel in ("email", "sms"):
                found = contacts_of(children, purpose=purpose, channel=channel, day=DAY, actor=system_actor(school.pk))
                for n, child in enumerate(children):
                    told = {
                        (adults.index(choice.person), address)
                        for choice in found.get(child, [])
                        if choice.is_told
                        for address in choice.addresses[channel]
                    }
                    assert told == expected(n, purpose, channel, links, points, kept)
        transaction.savepoint_rollback(sid)


def _write(children: list[UUID], adults: list[UUID], links: list[Link], points: list[Point], kept: list[Kept]) -> None:
    GuardianLink.objects.bulk_create(
        GuardianLink(
            student_id=children[link.child],
            guardian_id=adults[link.adult],
            relationship="parent",
            contact_order=n + 1,
            channels=sorted(link.agreed),
            starts_on=date(2020, 1, 1),
            ends_on=None if link.current else date(2026, 11, 19),
            **{f"told_{purpose}": purpose in link.told for purpose in ("absence", "behaviour", "fees")},
        )
        for n, link in enumerate(links)
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(
            person_id=adults[point.adult],
            kind="email" if "@" in point.value else "mobile",
            value=point.value,
            failing_since=None if point.works else "2026-11-01T00:00Z",
        )
        for point in points
    )
    ContactRestriction.objects.bulk_create(
        ContactRestriction(
            student_id=children[each.child],
            person_id=adults[each.adult],
            kinds=[each.kind],
            starts_on=date(2020, 1, 1),
            ends_on=None if each.active else date(2026, 11, 19),
            made_by=children[0],
        )
        for each in kept
    )


def test_each_is_named_with_the_reason_and_a_restriction_only_to_those_who_may_see_it():
    school = make_school()
    child = make_student(school)
    told = make_guardian(child, name="Ada", channels=("email",), portal="none")
    deaf = make_guardian(child, name="Bob", portal="none")
    kept = make_guardian(child, name="Cy", channels=("email",), portal="none")
    office, lead = make_manager(school, "Attendance"), make_manager(school, "Safeguarding lead")
    with in_school(school):
        for link in (told, deaf, kept):
            ContactPoint.objects.create(person=link.guardian, kind="email", value=f"{link.guardian.full_name}@x.org")
        restrict_contact(child.pk, person_id=kept.guardian_id, kinds=["no_information"], actor=system_actor(school.pk))

        def seen(actor: object) -> list[tuple[str, WhyNot | None]]:
            found = contacts_for(child.pk, purpose=Purpose.ABSENCE, day=today(), actor=actor)  # type: ignore[arg-type]
            return [(choice.name, choice.why_not) for choice in found]

        assert seen(as_actor(lead, school)) == [
            ("Ada", None),
            ("Bob", WhyNot.NO_CONSENT),
            ("Cy", WhyNot.RESTRICTED),
        ]
        assert seen(as_actor(office, school)) == [("Ada", None), ("Bob", WhyNot.NO_CONSENT)]


@pytest.mark.parametrize(
    ("born", "purpose", "agreed", "why_not"),
    [
        (date(2008, 11, 21), Purpose.ABSENCE, False, None),  # the day before
        (date(2008, 11, 20), Purpose.ABSENCE, False, WhyNot.OF_AGE),  # the birthday itself
        (date(2008, 11, 20), Purpose.GENERAL, False, WhyNot.OF_AGE),
        (date(2008, 11, 20), Purpose.ABSENCE, True, None),  # the student said yes
        (date(2008, 11, 20), Purpose.FEES, False, None),  # a debt is whoever's it is
        (None, Purpose.ABSENCE, False, None),  # nobody knows
    ],
)
def test_of_whoever_is_of_age_nobody_is_told_without_their_word(
    born: date | None, purpose: Purpose, agreed: bool, why_not: WhyNot | None
):
    school = make_school()
    student = make_student(school, birth_date=born)
    link = make_guardian(student, channels=("email",), portal="none")
    with in_school(school):
        ContactPoint.objects.create(person=link.guardian, kind="email", value="ada@example.org")
        told = {f"told_{each}": True for each in Purpose}
        GuardianLink.objects.update(student_agreed_on=DAY if agreed else None, **told)

        (choice,) = contacts_for(student.pk, purpose=purpose, day=DAY, actor=system_actor(school.pk))

    assert choice.why_not == why_not
    assert dict(choice.addresses) == ({} if why_not else {"email": ("ada@example.org",)})


def test_as_many_statements_for_thirty_children_as_for_one(django_assert_num_queries):
    school = make_school()
    students = [make_student(school) for _ in range(3)]
    for student in students:
        make_guardian(student, channels=("email",))
    with in_school(school):
        people_settings()  # the age of access is remembered
        for some in (students[:1], students):
            with django_assert_num_queries(2):
                contacts_of([s.pk for s in some], purpose="general", day=DAY, actor=system_actor(school.pk))


def test_an_address_that_is_dead_reaches_nobody_who_has_it_until_it_works_again():
    ours, theirs = make_school("Ours"), make_school("Theirs")
    found = {}
    for school in (ours, theirs):
        child = make_student(school)
        link = make_guardian(child, channels=("email",), portal="none")
        with in_school(school):
            ContactPoint.objects.create(person=link.guardian, kind="email", value="ada@example.org")
        found[school] = child

    def why(school: School) -> WhyNot | None:
        (choice,) = contacts_for(found[school].pk, purpose="general", day=DAY, actor=system_actor(school.pk))
        return choice.why_not

    with in_school(ours):
        suppress("email", "ada@example.org", why="550 no such user")
        dead = why(ours)
        let_in_again("email", "ada@example.org", actor=system_actor(ours.pk))
        again = why(ours)
        suppress("email", "ada@example.org", why="unsubscribed", state="opted_out")
        stopped = why(ours)
    with in_school(theirs):
        assert why(theirs) is None

    assert (dead, again, stopped) == (WhyNot.FAILING, None, None)


def test_another_schools_child_has_no_contacts_here():
    ours, theirs = make_school("Ours"), make_school("Theirs")
    child = make_student(theirs)
    make_guardian(child, channels=("email",))

    with in_school(ours):
        assert contacts_for(child.pk, purpose="general", day=DAY, actor=system_actor(ours.pk)) == []


def test_a_restriction_takes_back_what_waits_for_somebody_and_for_whoever_shares_their_address():
    school = make_school()
    child = make_student(school)
    kept = make_guardian(child, name="Cy", channels=("email",), portal="none")
    other = make_guardian(child, name="Ada", channels=("email",), portal="none")
    system = system_actor(school.pk)
    with in_school(school):
        for link, values in ((kept, ["shared@x.org"]), (other, ["shared@x.org", "ada@x.org"])):
            ContactPoint.objects.bulk_create(
                ContactPoint(person=link.guardian, kind="email", value=value) for value in values
            )
        for n, link in enumerate((kept, other)):
            choice = next(
                c
                for c in contacts_for(child.pk, purpose="general", day=today(), actor=system)
                if c.person == link.guardian_id
            )
            addresses = {"email": ["shared@x.org"]}
            told = replace(choice.as_recipient(), addresses=addresses)
            notify(
                News("attendance", "test", {}, f"n{n}", about_student=child.pk, urgency="important"),
                [told],
                actor=system,
            )

        restrict_contact(child.pk, person_id=kept.guardian_id, kinds=["no_contact"], actor=system)

        assert list(Delivery.objects.values_list("state", flat=True)) == ["withdrawn", "withdrawn"]
        hidden = dict(Notification.objects.values_list("name", "withdrawn_at"))
        assert (hidden["Cy"] is None, hidden["Ada"] is None) == (False, True)
