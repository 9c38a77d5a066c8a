"""Taking the demo away: every row of the demo schools, and no row of any other."""

from django.db import connections, transaction

from lyceum.core.errors import NotFoundError
from lyceum.core.owner import OWNER
from lyceum.demo.build import Say
from lyceum.demo.plan import GROUP_SLUG
from lyceum.domains.accounts.rules.school_erasing import erase_school
from lyceum.domains.tenancy.models import Group, School


def wipe_demo(say: Say) -> int:
    """Delete both demo schools, the accounts that belong nowhere else, and their trust; returns the rows deleted.

    A wipe that was cut off is finished by the next.
    """
    schools = list(School.objects.using(OWNER).filter(is_demo=True, group__slug=GROUP_SLUG))
    if not schools and not Group.objects.using(OWNER).filter(slug=GROUP_SLUG).exists():
        raise NotFoundError("There is no demo school here.")
    count = 0
    for school in schools:
        rows = erase_school(school.pk)
        say(f"{school.name}: {rows:,} rows")
        count += rows
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("DELETE FROM tenancy_school WHERE id = ANY(%s)", [[school.pk for school in schools]])
        cursor.execute("DELETE FROM tenancy_group WHERE slug = %s", [GROUP_SLUG])
    return count
