"""The refusals of admissions, by the codes that doors and clients know."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, NotAllowedError, RuleError


class UseApplicationsError(NotAllowedError):
    """Staff enter an application for a family under Applications, and do not apply themselves."""

    code = "use_applications"
    audited = False


class GuardianMustApplyError(NotAllowedError):
    """The applicant is too young to apply without a guardian."""

    code = "guardian_must_apply"
    title = gettext_noop("A guardian applies")
    audited = False


class NoOpenIntakeError(RuleError):
    """Nothing is open for what is wanted."""

    code = "no_open_intake"
    title = gettext_noop("Not open now")


class AlreadyAppliedError(RuleError):
    """There is an application to this intake already."""

    code = "already_applied"
    title = gettext_noop("You have applied already")


class IntakeRequiredError(InvalidError):
    """Several intakes are open for what is wanted: one has to be named."""

    code = "intake_required"


class OutsideAgeBandError(InvalidError):
    """Too young or too old on the day that counts."""

    code = "outside_age_band"


class GuardianRequiredError(InvalidError):
    """Who is under age names a guardian who can be reached."""

    code = "guardian_required"


class ReasonRequiredError(InvalidError):
    """The act needs a reason."""

    code = "reason_required"


class ReadOnlyFieldError(InvalidError):
    """The field is changed by an act of its own."""

    code = "read_only_field"


class StepsOpenError(RuleError):
    """Required steps are neither completed nor waived."""

    code = "steps_open"
    title = gettext_noop("Steps are open")


class DocumentsOpenError(RuleError):
    """Required documents are neither in order nor waived."""

    code = "documents_open"
    title = gettext_noop("Documents are open")


class EarlierStepOpenError(RuleError):
    """Steps run in order."""

    code = "earlier_step_open"


class IntakeFullError(RuleError):
    """All places are taken or offered."""

    code = "intake_full"
    title = gettext_noop("No place is free")


class AlreadyDecidedError(RuleError):
    """Somebody decided before."""

    code = "already_decided"
    title = gettext_noop("Decided already")


class WrongStateError(RuleError):
    """The application is in a state in which this is not done."""

    code = "wrong_state"


class OfferExpiredError(RuleError):
    """The offer has ended."""

    code = "offer_expired"
    title = gettext_noop("The offer has ended")


class MappingIncompleteError(RuleError):
    """Something is missing that a student needs; the refusal lists where it goes."""

    code = "mapping_incomplete"
    title = gettext_noop("Something is missing")


class FormInUseError(RuleError):
    """Applications were made with this version of the form: make a new version."""

    code = "form_in_use"


class IntakeInUseError(RuleError):
    """Applications belong to the intake: archive it."""

    code = "intake_in_use"
