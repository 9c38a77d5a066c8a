"""Why an absence is refused."""

from lyceum.core.errors import RuleError


class AbsenceOverlapsError(RuleError):
    """The person is away then already."""

    code = "absence_overlaps"


class AbsenceDecidedError(RuleError):
    """The absence was decided before."""

    code = "absence_decided"
