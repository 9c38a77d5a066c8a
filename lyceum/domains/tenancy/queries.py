"""Finding schools."""

from lyceum.core.errors import NotFoundError
from lyceum.core.schools import current_school
from lyceum.domains.tenancy.models import School


def get_school(slug: str) -> School:
    """The school of that slug."""
    try:
        return School.objects.get(slug=slug)
    except School.DoesNotExist:
        raise NotFoundError(f"There is no school “{slug}” here.") from None


def this_school() -> School:
    """The school in scope."""
    return School.objects.get(pk=current_school())
