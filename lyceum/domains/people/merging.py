"""What becomes of rows that two records of one person both have. Domains above say it for rows that only they know."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.references import Reference, refer_loosely
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import LegalHold, SubjectRequest


@dataclass(frozen=True)
class Meeting:
    """Two rows, one of each record, of which a constraint allows one."""

    same: tuple[str, ...] | None = None
    """Columns in which they must agree, so that one of them may go; None: all that say anything."""
    clash: str | Promise = ""
    """What is said where they do not agree: then the records cannot be merged."""
    with_it: tuple[str, ...] = ()
    """Tables whose rows go with the one that goes, as the history of a mark."""
    renumbered: str = ""
    """A column that simply takes the next free number instead."""


_met: dict[str, Meeting] = {}


def when_both_have(constraint: str, meeting: Meeting) -> None:
    """Say what becomes of two rows that a constraint does not allow together."""
    _met[constraint] = meeting


def meeting_at(constraint: str) -> Meeting:
    """What becomes of two rows that this constraint does not allow together."""
    return _met.get(constraint, Meeting())


_uncounted: set[str] = set()


def leave_uncounted(*tables: str) -> None:
    """Name tables that a preview does not speak of: worked out from others, or not for everybody to know of."""
    _uncounted.update(tables)


def is_uncounted(table: str) -> bool:
    """Whether a preview does not speak of a table."""
    return table in _uncounted


@dataclass(frozen=True)
class Loser:
    """The record that goes, and the one that takes its place; a student where each has a student record."""

    person: str
    kept_person: str
    student: str = ""
    kept_student: str = ""

    def pairs(self) -> Mapping[str, tuple[str, str]]:
        """By the table that is referred to: the id that goes, and the id that takes its place."""
        found = {"people.Person": (self.person, self.kept_person)}
        return found | ({"people.Student": (self.student, self.kept_student)} if self.student else {})


when_both_have("contact_point_once", Meeting(same=()))
when_both_have("guardian_once", Meeting(same=()))
when_both_have("contact_order_once", Meeting(renumbered="contact_order"))
when_both_have("family_guardian_once", Meeting(same=()))
when_both_have("coming_of_age_once", Meeting(same=()))
when_both_have("staff_person_once", Meeting(clash=_("both are on the staff; end one of them first")))
leave_uncounted("people_contactrestriction", "people_flag", "people_comingofage")
for model in (SubjectRequest, LegalHold):
    refer_loosely("people.Person", Reference(model, "subject_person", "subject_person"))
refer_loosely("people.Student", Reference(Notification, "about_student", "about_student"))
