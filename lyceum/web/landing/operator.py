"""The operator's console: the schools of the installation, and how the system itself is."""

from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

import lyceum
from lyceum.core.lists import Column, Table, answer_list
from lyceum.core.rest import actor_of
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import list_schools


@dataclass(frozen=True)
class Health:
    """What whoever keeps the server alive wants to know first."""

    version: str
    waiting: int
    """Jobs that nobody has begun."""
    failed: int


_HEALTH = """
SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'),
  (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed')
"""

TABLE: Table[School] = Table(
    name="schools",
    label=_("Schools"),
    columns=(
        Column("name", _("Name"), lambda school: school.name, sort=("name",)),
        Column("slug", _("Short name"), lambda school: school.slug, sort=("slug",)),
        Column("country", _("Country"), lambda school: school.country, sort=("country",)),
        Column("status", _("Status"), lambda school: school.get_status_display(), sort=("status",)),
        Column("since", _("Since"), lambda school: school.created_at, sort=("created_at",)),
    ),
    order=("name", "pk"),
)


@require_http_methods(["GET", "POST"])
def operator_page(request: HttpRequest) -> HttpResponse:
    """The schools, and one sentence about the system. Nothing of any school's people."""
    actor = actor_of(request)
    return answer_list(request, TABLE, list_schools(actor), template="web/operator.html", context={"health": _health()})


def _health() -> Health:
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH)
        waiting, failed = cursor.fetchone()
    return Health(lyceum.__version__, waiting, failed)
