"""Why a detention cannot be set, moved or run, in the words people are told."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, NotAllowedError, RuleError


class SlotFullError(RuleError):
    """Every seat is taken; the refusal names the next slot with one."""

    code = "slot_full"
    title = gettext_noop("No seat is left")


class SlotNotFittingError(RuleError):
    """The slot does not fit this student, and the reason is said."""

    code = "slot_not_fitting"


class NoSlotError(RuleError):
    """No slot fits; the refusal says of each near one why not."""

    code = "no_slot"
    title = gettext_noop("No slot fits")


class SupervisorBusyError(RuleError):
    """Somebody teaches, supervises or is away then; the refusal names the clash."""

    code = "supervisor_busy"
    title = gettext_noop("Busy then")


class RoomBusyError(RuleError):
    """Something else is in the room then; the refusal names it."""

    code = "room_busy"
    title = gettext_noop("The room is taken")


class NoticeTooShortError(InvalidError):
    """Less time to the slot than families are promised; the refusal says the earliest time."""

    code = "notice_too_short"
    title = gettext_noop("Too short a notice")


class DetentionOverlapsError(RuleError):
    """The student has another detention then; the refusal names it."""

    code = "detention_overlaps"


class DetentionStateError(RuleError):
    """Its state does not allow the act: from, to, and what is possible."""

    code = "detention_state"


class SlotStateError(RuleError):
    """The slot's state does not allow the act."""

    code = "slot_state"


class SlotNeedsSupervisorError(RuleError):
    """Nobody who is there supervises the slot: it cannot run."""

    code = "needs_supervisor"
    title = gettext_noop("This slot needs a supervisor")


class RegisterNotOpenError(NotAllowedError):
    """The register of a slot opens shortly before it begins."""

    code = "register_not_open"
    audited = False


class WrongDetentionMarksError(InvalidError):
    """At least one row is wrong; nothing was saved."""

    code = "marks_wrong"
    title = gettext_noop("Nothing was saved")


class DetentionReasonNeededError(InvalidError):
    """This change needs a reason."""

    code = "reason_needed"


class DetentionMarkConflictError(RuleError):
    """Somebody else changed the mark meanwhile; the refusal says what it is now."""

    code = "mark_conflict"
