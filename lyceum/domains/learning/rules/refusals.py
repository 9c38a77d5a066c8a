"""Why acts of learning are refused."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, NotAllowedError, RuleError


class NotApprovedError(NotAllowedError):
    """The application is not decided, or the place was lost."""

    code = "application_not_approved"
    audited = False


class NotALearnerError(NotAllowedError):
    """Only who learns here has materials of their own."""

    code = "not_a_learner"
    audited = False


class GuardianMustEnrolError(NotAllowedError):
    """Too young to enrol alone."""

    code = "guardian_must_enrol"
    audited = False


class EnrolmentClosedError(RuleError):
    """Outside the time in which people may join the run."""

    code = "enrolment_closed"


class ScheduleCancelledError(RuleError):
    """The run does not take place."""

    code = "schedule_cancelled"


class ScheduleFinishedError(RuleError):
    """The run is over."""

    code = "schedule_finished"


class PrerequisiteMissingError(RuleError):
    """Another course comes first."""

    code = "prerequisite_missing"


class AlreadyOnCourseError(RuleError):
    """The learner is on another run of the course."""

    code = "already_on_this_course"


class EnrolmentStateError(RuleError):
    """The enrolment is over, or not begun."""

    code = "enrolment_state"


class CourseLoopError(InvalidError):
    """A course would contain itself, or come before itself."""

    code = "course_loop"


class TooDeepError(InvalidError):
    """More than three levels of courses."""

    code = "too_deep"


class CourseInUseError(RuleError):
    """Runs, enrolments or certificates are about the course."""

    code = "course_in_use"


class CategoryInUseError(RuleError):
    """Courses are in the category."""

    code = "category_in_use"


class CourseStateError(RuleError):
    """A course cannot go from one state to that other."""

    code = "course_state"


class NotReadyError(InvalidError):
    """What is published must be complete."""

    code = "not_ready_to_publish"


class ScheduleStateError(RuleError):
    """The run is cancelled, or was published already."""

    code = "schedule_state"


class ScheduleInUseError(RuleError):
    """People joined the run: it can be cancelled, not deleted."""

    code = "schedule_in_use"


class CapacityTakenError(RuleError):
    """More people have a place than there would be places."""

    code = "capacity_taken"


class MeetingClashError(RuleError):
    """The instructor or the place is busy then."""

    code = "meeting_clash"


class OrderMismatchError(InvalidError):
    """The order names each thing exactly once, and nothing else."""

    code = "order_mismatch"


class LessonLockedError(RuleError):
    """The lesson is not open to this learner yet."""

    code = "lesson_locked"


class NotCompletedYetError(RuleError):
    """Something that the course asks for is missing."""

    code = "not_completed_yet"


class LinkEndedError(RuleError):
    """A link to a file lives five minutes, and for whom it was made."""

    code = "link_ended"
    status = 410
    title = gettext_noop("The link has ended")
