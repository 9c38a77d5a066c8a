"""Years and terms: which of the school's a file means, and which have to be made."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.text import fold
from lyceum.domains.academics.models import AcademicYear, Term
from lyceum.domains.exchange.errors import YearNeededError
from lyceum.domains.exchange.plan.outline import Outline
from lyceum.domains.exchange.plan.rows import PlannedRow, Step, failed, id_trouble, is_wrong, skipped, warning, wrong
from lyceum.domains.exchange.readers.records import Place, Record, Session, Source, Trouble


@dataclass(frozen=True, slots=True)
class Span:
    """A school year or term as the classes of a file are attached to it."""

    key: str
    starts: date
    ends: date
    own_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class When:
    """The year of a class, its term if it has one, and its days."""

    year: Span
    term: Span | None
    starts: date
    ends: date


@dataclass
class Calendar:
    """The sessions of a file, resolved."""

    years: list[Span] = field(default_factory=list)
    year_of: dict[str, Span] = field(default_factory=dict)
    """The year of each session."""
    term_of: dict[str, Span] = field(default_factory=dict)

    @property
    def first_year(self) -> Span:
        """The earliest year of the file."""
        return min(self.years, key=lambda span: span.starts)

    def when(self, sessions: tuple[str, ...]) -> When | None:
        """The days of a class that is kept in these sessions; None where none of them is known."""
        known = [s for s in sessions if s in self.year_of]
        if sessions and not known:
            return None
        if not known:
            year = self.years[-1]
            return When(year, None, year.starts, year.ends)
        year = self.year_of[known[0]]
        known = [s for s in known if self.year_of[s].key == year.key]
        terms = [self.term_of.get(s) for s in known]
        spans = [term or year for term in terms]
        only = terms[0] if len({term.key if term else "" for term in terms}) == 1 else None
        return When(year, only, min(s.starts for s in spans), max(s.ends for s in spans))


class CalendarPlan:
    """Plans years and terms; `calendar` is complete once `rows` has been read to its end."""

    def __init__(self, source: Source, outline: Outline, *, today: date) -> None:
        self._source = source
        self._outline = outline
        self._today = today
        self._own_years = list(AcademicYear.objects.order_by("starts"))
        self._own_terms = list(Term.objects.order_by("starts"))
        self._names = {fold(year.name) for year in self._own_years}
        self.calendar = Calendar()

    def rows(self) -> Iterator[PlannedRow]:
        """The rows for sessions. Only those that this school's classes and people use are brought in."""
        sessions: dict[str, Session] = {}
        seen: dict[str, int] = {}
        for session in self._source.sessions():
            trouble = id_trouble(session, seen) or _date_trouble(session)
            if trouble or is_wrong(session):
                yield failed(
                    Step.YEAR if session.kind == "year" else Step.TERM, session, *((trouble,) if trouble else ())
                )
            else:
                sessions[session.id] = session
        used = self._used(sessions)
        for session in sessions.values():
            if session.id not in used:
                step = Step.YEAR if session.kind == "year" else Step.TERM
                yield skipped(step, session, _("No class and nobody of this school refers to it."))
        for session in used.values():
            if session.kind == "year":
                yield self._year(session)
        yield from self._years_of_orphans([s for s in used.values() if s.kind != "year"])
        for session in used.values():
            if session.kind != "year" and session.id in self.calendar.year_of:
                yield self._term(session)
        if not self.calendar.years:
            yield self._present_year()

    def _used(self, sessions: dict[str, Session]) -> dict[str, Session]:
        wanted = set(self._outline.sessions)
        for key in list(wanted):
            while key in sessions and sessions[key].parent and sessions[key].parent not in wanted:
                key = sessions[key].parent
                wanted.add(key)
        years = [s for s in sessions.values() if s.kind == "year"]
        for key in list(wanted):
            session = sessions.get(key)
            if session and session.kind != "year" and not any(s.id in wanted and _holds(s, session) for s in years):
                wanted |= {year.id for year in years if _holds(year, session)}
        return {key: session for key, session in sessions.items() if key in wanted and not session.ended}

    def _year(self, session: Session) -> PlannedRow:
        assert session.starts is not None  # checked with the dates
        assert session.ends is not None  # checked with the dates
        same = next((y for y in self.calendar.years if y.starts <= session.ends and session.starts <= y.ends), None)
        if same:
            self.calendar.year_of[session.id] = same
            return skipped(Step.YEAR, session, _("Another year of the file has these days; both are one here."))
        row, span = self._year_row(session, session.title, session.starts, session.ends)
        self._add(span, session.id)
        return row

    def _add(self, span: Span, *sessions: str) -> None:
        self.calendar.years.append(span)
        self.calendar.years.sort(key=lambda year: year.starts)
        for session in sessions:
            self.calendar.year_of[session] = span

    def _year_row(self, record: Record, title: str, starts: date, ends: date) -> tuple[PlannedRow, Span]:
        own = max(self._own_years, key=lambda y: _shared_days(y, starts, ends), default=None)
        if own and _shared_days(own, starts, ends) > 0:
            row = skipped(Step.YEAR, record, _("The school has this year."), code="here_already", target=own.pk)
            if (own.starts, own.ends) != (starts, ends):
                row = row.warned(
                    warning(
                        "startDate",
                        "year_differs",
                        _(
                            "The school's year %(year)s runs from %(starts)s to %(ends)s, the file's from %(first)s "
                            "to %(last)s. Classes are attached to the school's."
                        )
                        % {"year": own.name, "starts": own.starts, "ends": own.ends, "first": starts, "last": ends},
                    )
                )
            return row, Span(record.id, own.starts, own.ends, own.pk)
        name = self._free_name(title or f"{starts:%Y}/{ends:%Y}", starts, ends)
        is_current = starts <= self._today <= ends and not any(y.state == "current" for y in self._own_years)
        values = {"name": name, "starts": str(starts), "ends": str(ends), "current": is_current}
        return PlannedRow(Step.YEAR, record.place, record.id, "create", values=values), Span(record.id, starts, ends)

    def _free_name(self, title: str, starts: date, ends: date) -> str:
        name = title[:40]
        if fold(name) in self._names:
            name = f"{title[:28]} {starts:%Y}/{ends:%Y}"
        self._names.add(fold(name))
        return name

    def _years_of_orphans(self, terms: list[Session]) -> Iterator[PlannedRow]:
        """Terms find the year they lie in; those without one share a year that is made of them."""
        orphans = []
        for term in terms:
            parent = self.calendar.year_of.get(term.parent) or self._year_around(term)
            if parent:
                self.calendar.year_of[term.id] = parent
            else:
                orphans.append(term)
        for group in _together(orphans):
            starts = min(t.starts for t in group if t.starts)
            ends = max(t.ends for t in group if t.ends)
            first = group[0]
            made = Session(
                place=first.place,
                id=f"year {starts}",
                title=f"{starts:%Y}/{ends:%Y}",
                kind="year",
                starts=starts,
                ends=ends,
            )
            row, span = self._year_row(made, made.title, starts, ends)
            self._add(span, *(t.id for t in group))
            yield row

    def _year_around(self, term: Session) -> Span | None:
        assert term.starts is not None  # checked with the dates
        middle = term.starts
        return next((year for year in self.calendar.years if year.starts <= middle <= year.ends), None)

    def _term(self, session: Session) -> PlannedRow:
        assert session.starts is not None  # checked with the dates
        assert session.ends is not None  # checked with the dates
        year = self.calendar.year_of[session.id]
        if session.kind != "term":
            parent = self.calendar.term_of.get(session.parent)
            if parent:
                self.calendar.term_of[session.id] = parent
            return skipped(
                Step.TERM, session, _("Grading periods are not kept; classes are attached to the term or year.")
            )
        starts, ends = max(session.starts, year.starts), min(session.ends, year.ends)
        if starts > ends:
            return failed(
                Step.TERM,
                session,
                wrong(
                    "startDate",
                    "outside_year",
                    _("The term lies outside its year, %(starts)s to %(ends)s.")
                    % {"starts": year.starts, "ends": year.ends},
                ),
            )
        own = next(
            (t for t in self._own_terms if t.year_id == year.own_id and t.starts <= ends and starts <= t.ends), None
        )
        if own:
            self.calendar.term_of[session.id] = Span(session.id, own.starts, own.ends, own.pk)
            return skipped(Step.TERM, session, _("The school has this term."), code="here_already", target=own.pk)
        if any(t.starts <= ends and starts <= t.ends for t in self.calendar.term_of.values()):
            return skipped(
                Step.TERM, session, _("It shares days with another term; its classes are attached to the year.")
            )
        self.calendar.term_of[session.id] = Span(session.id, starts, ends)
        values = {"name": session.title[:80] or session.id, "starts": str(starts), "ends": str(ends), "year": year.key}
        return PlannedRow(Step.TERM, session.place, session.id, "create", values=values)

    def _present_year(self) -> PlannedRow:
        """A file without years means the school's own: the one that holds today, else the next one."""
        own = next((y for y in self._own_years if y.ends >= self._today), None)
        if own is None:
            raise YearNeededError(
                _("Make the school year first: the file names none, and the school has none from today on.")
            )
        record = Record(place=Place("", 0), id=f"year {own.starts}")
        self._add(Span(record.id, own.starts, own.ends, own.pk))
        return skipped(
            Step.YEAR,
            record,
            _("Everything belongs to the school's year %(year)s.") % {"year": own.name},
            code="here_already",
            target=own.pk,
        )


def _date_trouble(session: Session) -> Trouble | None:
    if session.troubles:
        return None
    if session.starts is None or session.ends is None:
        return wrong("startDate", "date_missing", _("Give the first and the last day."))
    if session.starts >= session.ends:
        return wrong("endDate", "dates_order", _("The last day lies before the first."))
    return None


def _holds(year: Session, term: Session) -> bool:
    return bool(year.starts and year.ends and term.starts and year.starts <= term.starts <= year.ends)


def _shared_days(year: AcademicYear, starts: date, ends: date) -> int:
    return (min(year.ends, ends) - max(year.starts, starts)).days + 1


def _together(terms: list[Session]) -> list[list[Session]]:
    """Terms that make up one year: of the same school year, or within 320 days of the first."""
    groups: list[list[Session]] = []
    for term in sorted(terms, key=lambda t: t.starts or date.min):
        last = groups[-1][0] if groups else None
        if (
            last
            and last.starts
            and term.starts
            and ((term.school_year and term.school_year == last.school_year) or (term.starts - last.starts).days < 320)
        ):
            groups[-1].append(term)
        else:
            groups.append([term])
    return groups
