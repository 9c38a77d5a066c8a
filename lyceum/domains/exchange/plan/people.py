"""Staff, students and their adults."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.domains.exchange.plan.calendar import Calendar
from lyceum.domains.exchange.plan.humans import as_plain, differences, find_troubles, wished_values
from lyceum.domains.exchange.plan.lookalikes import Lookalikes
from lyceum.domains.exchange.plan.outline import Outline
from lyceum.domains.exchange.plan.present import (
    HumanNow,
    find_foreign_ids,
    find_own_ids,
    find_persons_by_email,
    find_staff_by_code,
    find_staff_of_persons,
    find_students_by_number,
    find_students_by_official_id,
    load_adults,
    load_staff,
    load_students,
)
from lyceum.domains.exchange.plan.roll import RollPlan
from lyceum.domains.exchange.plan.rows import (
    PlannedRow,
    Step,
    batches,
    failed,
    id_trouble,
    is_wrong,
    skipped,
    warning,
    wrong,
)
from lyceum.domains.exchange.readers.records import Human, Source, Trouble
from lyceum.domains.people.rules.numbers import taken_numbers


@dataclass
class Ready:
    """Who can be given a class: students with the days they are on roll, and staff."""

    students: dict[str, tuple[date, date | None]]
    staff: set[str]
    adults: set[str]
    wrong: set[str]
    """Whose own row is wrong."""


class PeoplePlan:
    """Plans people; `ready` is complete once `rows` has been read to its end."""

    def __init__(self, source: Source, outline: Outline, calendar: Calendar, *, today: date, duplicates: str) -> None:
        self._source = source
        self._outline = outline
        self._today = today
        self._roll = RollPlan(outline, calendar, today=today)
        self._lookalikes = Lookalikes(source.system, duplicates)
        self._first_day = calendar.first_year.starts
        self._numbers: set[str] = set()
        self._seen: dict[str, int] = {}
        self.ready = Ready({}, set(), set(), set())

    def rows(self) -> Iterator[PlannedRow]:
        """One row for each person of the files; somebody who is staff and a guardian is staff."""
        for humans in batches(self._source.humans()):
            mine: dict[Step, list[Human]] = {Step.STAFF: [], Step.STUDENT: [], Step.ADULT: []}
            for human in humans:
                step = self._step(human)
                if step is Step.NOTHING:
                    yield self._set_aside(human)
                    continue
                if step is Step.ADULT and human.id in self._seen:
                    continue  # brothers and sisters name the same adult
                trouble = id_trouble(human, self._seen)
                if trouble or is_wrong(human):
                    self.ready.wrong.add(human.id)
                    yield failed(step, human, *((trouble,) if trouble else ()))
                else:
                    mine[step].append(human)
            yield from self._staff(mine[Step.STAFF])
            yield from self._students(mine[Step.STUDENT])
            yield from self._adults(mine[Step.ADULT])

    def _step(self, human: Human) -> Step:
        if human.id in self._outline.students or not human.id:
            return Step.STUDENT
        if human.id in self._outline.staff:
            return Step.STAFF
        return Step.ADULT if human.id in self._outline.adults else Step.NOTHING

    def _set_aside(self, human: Human) -> PlannedRow:
        if human.id in self._outline.elsewhere:
            return skipped(Step.NOTHING, human, _("This person belongs to another school of the file."))
        return skipped(
            Step.NOTHING, human, _("This person has no part in this school: no role here, and no student here.")
        )

    # Students

    def _students(self, humans: Sequence[Human]) -> Iterator[PlannedRow]:
        if not humans:
            return
        wished = {human.id: wished_values(human, self._outline.details.get(human.id, ("", None))) for human in humans}
        matches = self._match_students(humans)
        now = load_students({own for own, _ in matches.values()})
        taken = taken_numbers("student", [human.number for human in humans if human.number])
        candidates = self._lookalikes.find(
            [wished[h.id].get("birth_date") for h in humans if h.id not in matches or matches[h.id][0] not in now]
        )
        claimed = find_foreign_ids(
            self._source.system, "student", [own for own, is_sure in matches.values() if not is_sure]
        )
        for human in humans:
            values = wished[human.id]
            own, is_known = matches.get(human.id, (None, True))
            present = now.get(own) if own else None
            if present and claimed.get(present.id, human.id) != human.id:
                self.ready.wrong.add(human.id)
                yield failed(Step.STUDENT, human, _claimed(claimed[present.id]))
            elif present:
                yield from self._known_student(human, values, present, is_link=not is_known)
            else:
                yield from self._new_student(human, values, taken, candidates)

    def _match_students(self, humans: Sequence[Human]) -> dict[str, tuple[UUID, bool]]:
        """Our students: by the id we know them under, else by number, else by an authority's number."""
        found = {
            key: (own, True)
            for key, own in find_own_ids(self._source.system, "student", [h.id for h in humans]).items()
        }
        left = [human for human in humans if human.id not in found]
        by_number = find_students_by_number([h.number for h in left if h.number])
        by_official = find_students_by_official_id([v for h in left for v in h.official_ids.values()])
        for human in left:
            own = by_number.get(human.number) if human.number else None
            own = own or next((by_official[i] for i in human.official_ids.items() if i in by_official), None)
            if own:
                found[human.id] = (own, False)
        return found

    def _new_student(
        self, human: Human, values: dict[str, Any], taken: set[str], candidates: Any
    ) -> Iterator[PlannedRow]:
        standing = self._outline.students[human.id]
        if human.ended or standing.ended:
            yield skipped(Step.STUDENT, human, _("Not on roll, and never brought in."))
            return
        troubles = find_troubles(values, today=self._today)
        like, note = self._lookalikes.judge(values, candidates)
        if note and not like:
            troubles.append(note)
        days = self._roll.days(standing)
        if isinstance(days, Trouble):
            troubles.append(days)
        if any(not trouble.is_warning for trouble in troubles) or isinstance(days, Trouble):
            self.ready.wrong.add(human.id)
            yield failed(Step.STUDENT, human, *troubles)
            return
        if like:
            present = load_students([like])[like]
            yield from (
                r.warned(note) if note else r for r in self._known_student(human, values, present, is_link=True)
            )
            return
        values |= self._roll.new_values(standing, days)
        values |= self._number(human, taken, troubles)
        if human.official_ids:
            values["official_ids"] = human.official_ids
        self.ready.students[human.id] = days
        yield PlannedRow(
            Step.STUDENT,
            human.place,
            human.id,
            "create",
            values=as_plain(values),
            troubles=(*human.troubles, *troubles),
        )

    def _number(self, human: Human, taken: set[str], troubles: list[Trouble]) -> dict[str, str]:
        """The number of the file where it is free; else the school gives one."""
        if not human.number:
            return {}
        if len(human.number) > 40 or human.number in taken or human.number in self._numbers:
            troubles.append(
                warning(
                    "identifier",
                    "number_taken",
                    _("The number %(number)s is somebody's; the school gives another.") % {"number": human.number},
                )
            )
            return {}
        self._numbers.add(human.number)
        return {"number": human.number}

    def _known_student(
        self, human: Human, values: dict[str, Any], now: HumanNow, *, is_link: bool
    ) -> Iterator[PlannedRow]:
        standing = self._outline.students[human.id]
        if human.ended or standing.ended:
            yield self._roll.leaving(human, now, standing)
            return
        troubles = find_troubles(now.values | values, today=self._today)
        if troubles:
            self.ready.wrong.add(human.id)
            yield failed(Step.STUDENT, human, *troubles)
            return
        new, old = differences(values, now)
        enrolment = self._roll.changes(standing, now)
        if isinstance(enrolment, Trouble):
            self.ready.wrong.add(human.id)
            yield failed(Step.STUDENT, human, enrolment)
            return
        new |= enrolment.new
        old |= enrolment.old
        ids = {kind: value for kind, value in human.official_ids.items() if kind not in now.official_ids}
        if ids:
            new["official_ids"], old["official_ids"] = ids, {}
        self.ready.students[human.id] = enrolment.days
        row = _outcome(Step.STUDENT, human, now.id, new, old)
        yield replace(row, is_link=is_link, troubles=(*human.troubles, *row.troubles, *enrolment.notes))

    # Staff

    def _staff(self, humans: Sequence[Human]) -> Iterator[PlannedRow]:
        if not humans:
            return
        known = find_own_ids(self._source.system, "staff", [h.id for h in humans])
        left = [h for h in humans if h.id not in known]
        by_code = find_staff_by_code([h.number for h in left if h.number])
        wished = {human.id: wished_values(human, self._outline.details.get(human.id, ("", None))) for human in humans}
        by_email = self._staff_by_email([e for h in left for e in wished[h.id].get("emails", ())])
        matches = dict(known)
        for human in left:
            own = by_code.get(human.number) or next(
                (by_email[e] for e in wished[human.id].get("emails", ()) if e in by_email), None
            )
            if own:
                matches[human.id] = own
        now = load_staff(matches.values())
        claimed = find_foreign_ids(self._source.system, "staff", matches.values())
        taken = taken_numbers("staff", [human.number for human in humans if human.number])
        for human in humans:
            present = now.get(matches[human.id]) if human.id in matches else None
            if present and claimed.get(present.id, human.id) != human.id:
                self.ready.wrong.add(human.id)
                yield failed(Step.STAFF, human, _claimed(claimed[present.id]))
            elif present:
                yield self._known_staff(human, wished[human.id], present, is_link=human.id not in known)
            else:
                yield self._new_staff(human, wished[human.id], taken)

    def _staff_by_email(self, addresses: Sequence[str]) -> dict[str, UUID]:
        persons = {a: found[0][0] for a, found in find_persons_by_email(addresses).items() if len(found) == 1}
        staff = find_staff_of_persons(persons.values())
        return {address: staff[person] for address, person in persons.items() if person in staff}

    def _new_staff(self, human: Human, values: dict[str, Any], taken: set[str]) -> PlannedRow:
        standing = self._outline.staff[human.id]
        if human.ended or standing.ended:
            return skipped(Step.STAFF, human, _("Works here no longer, and was never brought in."))
        troubles = find_troubles(values, today=self._today)
        if troubles:
            self.ready.wrong.add(human.id)
            return failed(Step.STAFF, human, *troubles)
        values |= self._number(human, taken, troubles)
        values["joined_on"] = standing.starts or self._first_day
        values["teaching"] = standing.role != "administrator"
        if human.job:
            values["job"] = human.job[:100]
        self.ready.staff.add(human.id)
        return PlannedRow(
            Step.STAFF, human.place, human.id, "create", values=as_plain(values), troubles=(*human.troubles, *troubles)
        )

    def _known_staff(self, human: Human, values: dict[str, Any], now: HumanNow, *, is_link: bool) -> PlannedRow:
        if human.ended or self._outline.staff[human.id].ended:
            return skipped(
                Step.STAFF, human, _("Record in the staff list that this person leaves; an import ends nobody's work."),
                target=now.id,
            )  # fmt: skip
        troubles = find_troubles(now.values | values, today=self._today)
        if troubles:
            self.ready.wrong.add(human.id)
            return failed(Step.STAFF, human, *troubles)
        self.ready.staff.add(human.id)
        return replace(_outcome(Step.STAFF, human, now.id, *differences(values, now)), is_link=is_link)

    # Guardians and other adults

    def _adults(self, humans: Sequence[Human]) -> Iterator[PlannedRow]:
        if not humans:
            return
        known = find_own_ids(self._source.system, "adult", [h.id for h in humans])
        wished = {human.id: wished_values(human) for human in humans}
        by_email = find_persons_by_email(
            [e for h in humans if h.id not in known for e in wished[h.id].get("emails", ())]
        )
        matches = dict(known)
        for human in humans:
            same = [
                person
                for address in wished[human.id].get("emails", ())
                for person, name in by_email.get(address, ())
                if name == wished[human.id].get("full_name")
            ]
            if same and human.id not in known:
                matches[human.id] = same[0]
        now = load_adults(matches.values())
        for human in humans:
            values = wished[human.id]
            present = now.get(matches[human.id]) if human.id in matches else None
            troubles = find_troubles((present.values if present else {}) | values, today=self._today)
            if human.ended:
                yield skipped(Step.ADULT, human, _("It is to be taken out; guardians are ended by hand."))
            elif troubles:
                self.ready.wrong.add(human.id)
                yield failed(Step.ADULT, human, *troubles)
            elif present:
                self.ready.adults.add(human.id)
                row = _outcome(Step.ADULT, human, present.id, *differences(values, present))
                yield replace(row, is_link=human.id not in known)
            else:
                self.ready.adults.add(human.id)
                yield PlannedRow(Step.ADULT, human.place, human.id, "create", values=as_plain(values))


def _outcome(step: Step, human: Human, own: UUID, new: dict[str, Any], old: dict[str, Any]) -> PlannedRow:
    if new:
        return PlannedRow(step, human.place, human.id, "update", own, new, old)
    return skipped(step, human, _("Nothing changes."), code="unchanged", target=own)


def _claimed(other: str) -> Trouble:
    return wrong(
        "identifier",
        "matches_two",
        _("This is somebody whom the same system also knows as %(other)s. Keep one of the two ids.") % {"other": other},
    )
