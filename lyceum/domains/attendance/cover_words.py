"""Cover in words: what is left, who takes it, and why they are proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lyceum.domains.timetable.covering.days import CoverDays, Held
from lyceum.domains.timetable.covering.proposals import Need, Proposal
from lyceum.domains.timetable.models import Cover

WITHOUT_TEACHER = (Cover.Kind.CANCEL, Cover.Kind.SELF_STUDY)


def covered_by(cover: Cover | None) -> str:
    """Who covers: a member of staff, somebody with a pass by the name on it; or what becomes of the lesson."""
    if cover is None:
        return ""
    if cover.kind in WITHOUT_TEACHER:
        return str(cover.get_kind_display())
    return str(cover.teacher) if cover.teacher else cover.note or str(cover.get_kind_display())


def reasons_of(proposal: Proposal) -> str:
    """What speaks for somebody, or against."""
    words: list[str] = []
    if proposal.hindrance == "away":
        words.append(_("away"))
    elif proposal.hindrance == "busy" and proposal.busy_in:
        words.append(_("busy: %(lesson)s") % {"lesson": proposal.busy_in.lesson.classes})
    elif proposal.hindrance == "limit":
        words.append(_("gave enough"))
    else:
        words.append(_("free"))
    if not proposal.works_then and proposal.hindrance != "away":
        words.append(_("not there that day"))
    if proposal.same_subject:
        words.append(_("same subject"))
    elif proposal.same_department:
        words.append(_("same department"))
    words.append(_("%(given)s given, %(received)s received") % vars_of(proposal))
    words.append(ngettext("%(n)s lesson that day", "%(n)s lessons that day", proposal.load) % {"n": proposal.load})
    return " · ".join(words)


def vars_of(proposal: Proposal) -> dict[str, int]:
    """The numbers of a proposal's tally."""
    return {"given": proposal.candidate.given, "received": proposal.candidate.received}


def lesson_words(held: Held, part: int = 0) -> str:
    """A lesson by its class and period."""
    period = _("period %(number)s") % {"number": part} if part else held.lesson.period
    return f"{held.lesson.classes} · {period}"


@dataclass(frozen=True)
class Line:
    """A lesson that an absence leaves, as the desk shows it."""

    need: Need
    proposal: Proposal | None
    room: str

    @property
    def title(self) -> str:
        """Which lesson."""
        return lesson_words(self.need.held, self.need.part)

    @property
    def starts_at(self) -> str:
        """When it begins."""
        return f"{self.need.span[0]:%H:%M}"

    @property
    def teacher(self) -> str:
        """Who is away."""
        return str(self.need.absence.staff)

    @property
    def covered_by(self) -> str:
        """Who or what takes care of it."""
        return covered_by(self.need.cover)

    @property
    def waits(self) -> bool:
        """Whether somebody was asked and has not answered."""
        return self.need.cover is not None and self.need.cover.state == Cover.State.REQUESTED

    @property
    def reasons(self) -> str:
        """Why the one who is proposed is."""
        return reasons_of(self.proposal) if self.proposal else ""


def lines_of(needs: Sequence[Need], days: CoverDays, planned: Mapping[str, Proposal]) -> list[Line]:
    """The lessons that are left, each with the best for it."""
    return [Line(need, planned.get(need.key), _room(need, days)) for need in needs]


def _room(need: Need, days: CoverDays) -> str:
    others = [cover.room for cover in days.covers_of(need.held) if cover.room]
    room = others[0] if others else need.held.lesson.room
    return str(room) if room else ""
