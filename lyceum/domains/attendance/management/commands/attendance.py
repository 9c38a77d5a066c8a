"""`lyceum attendance`: the day's registers, and attendance in numbers."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from lyceum.core.commands import Answer, table
from lyceum.core.errors import NotFoundError
from lyceum.core.instants import given_instant
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import list_classes, list_years
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.attendance.numbers import Numbers, Summary, summarise
from lyceum.domains.attendance.rules.methods import derive_span
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.years import close_year, list_copies, make_copies
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import time_zone, today

COLUMNS = ("possible", "attended", "authorised", "unauthorised", "late", "missing", "half")


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Make a day's registers, count statutory marks, and summarise attendance."

    def add_acts(self) -> None:
        opening = self.add_act("open-day", "make the day's registers that are not there yet")
        opening.add_argument("--date", type=date.fromisoformat, metavar="DAY", help="today if left out")
        summary = self.add_act("summary", "attendance of a class from one day to another")
        summary.add_argument("--class", dest="name", required=True, metavar="CLASS", help="as in 8B")
        summary.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DAY")
        summary.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="DAY")
        summary.add_argument(
            "--as-known-at", type=datetime.fromisoformat, metavar="TIME", help="count what was known then, local time"
        )
        summary.add_argument("--explain", action="store_true", help="list every session behind the numbers")

        deriving = self.add_act("derive", "count the statutory marks of days anew, each by the method of its day")
        deriving.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DAY")
        deriving.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="DAY")
        deriving.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

        closing = self.add_act("close-year", "freeze the registers of a year that is over, and copy them")
        closing.add_argument("--year", dest="name", required=True, metavar="YEAR", help="as in 2025/26")

    def act_close_year(self, options: dict[str, Any]) -> Answer:
        year = list_years(self.actor).filter(name=options["name"]).first()
        if year is None:
            raise NotFoundError(f"There is no school year {options['name']}.")
        closing = close_year(year.pk, actor=self.actor)
        while make_copies(closing.pk):
            pass
        copies = list_copies(self.actor).filter(closing=closing).count()
        said = f"{year.name} is closed, kept until {closing.keep_until}; {copies} official registers."
        return Answer([said], {"year": year.name, "keep_until": closing.keep_until, "copies": copies})

    def act_derive(self, options: dict[str, Any]) -> Answer:
        dry_run = options["dry_run"]
        counted = derive_span(options["first"], options["last"], dry_run=dry_run, actor=self.actor)
        changed = len(counted.changed)
        would = f"{changed} sessions would change" if dry_run else f"{changed} sessions changed"
        lines = [f"{counted.days} days counted, {would}."]
        if counted.left_out:
            lines.append(f"{len(counted.left_out)} days of closed years keep what they say.")
        rows = [
            {
                "date": each.on,
                "session": each.after.session,
                "student": each.after.student,
                "before": each.before.symbol if each.before else "",
                "after": each.after.symbol,
            }
            for each in counted.changed
        ]
        if dry_run:
            lines += [f"{r['date']} {r['session']:3} {r['student']}: {r['before'] or '-'} → {r['after'] or '-'}"
                      for r in rows[:200]]  # fmt: skip
        return Answer(lines, {"days": counted.days, "changed": rows, "left_out": counted.left_out, "dry_run": dry_run})

    def act_open_day(self, options: dict[str, Any]) -> Answer:
        day = options["date"] or today()
        made = open_day(day)
        days = school_days()
        kept = days.is_school_day(day)
        said = f"{made} new registers on {day}." if kept else f"No school on {day}: {days.why_closed(day)}."
        return Answer([said], {"date": day, "made": made})

    def act_summary(self, options: dict[str, Any]) -> Answer:
        form = self._find_class(options["name"], options["first"], options["last"])
        summary = summarise(
            self.actor,
            first=options["first"],
            last=options["last"],
            school_class=form.pk,
            as_known_at=_instant(options["as_known_at"]),
            explain=options["explain"],
        )
        return _shown(form, summary)

    def _find_class(self, name: str, first: date, last: date) -> Class:
        """The class of that name that existed in those days, the newest of several."""
        for day in (last, first):
            found = list_classes(self.actor, day=day).filter(Q(name=name)).first()
            if found:
                return found
        raise NotFoundError(f"There is no class {name} from {first} to {last}, or none that you may see.")


def _instant(given: datetime | None) -> datetime | None:
    return given and given_instant(given, "/as_known_at", time_zone=time_zone())


def _shown(form: Class, summary: Summary) -> Answer:
    people = Student.objects.filter(pk__in=summary.per_student).select_related("person").order_by("person__sort_name")
    rows: list[tuple[object, ...]] = [(*COLUMNS, "%", "")]
    rows += [(*_numbers(summary.per_student[s.pk]), s.person.called) for s in people]
    rows.append((*_numbers(summary.total), f"{form}, all"))
    lines = table(rows)
    names = {s.pk: s for s in people}
    for each in summary.explained:
        counted = "counted" if each.counted else "left out"
        lines.append(f"{each.on} {each.session:3} {each.symbol:2} {names[each.student_id]}: {counted}, {each.why}")
    students = [{"number": s.registration_number, **_values(summary.per_student[s.pk])} for s in people]
    values = {"class": form.name, "total": _values(summary.total), "students": students, "explained": summary.explained}
    return Answer(lines, values)


def _numbers(numbers: Numbers) -> tuple[object, ...]:
    return (*(getattr(numbers, name) for name in COLUMNS), "-" if numbers.percent is None else numbers.percent)


def _values(numbers: Numbers) -> dict[str, object]:
    return {name: getattr(numbers, name) for name in COLUMNS} | {"percent": numbers.percent}
