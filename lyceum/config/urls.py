"""Every address of the installation: the doors of each domain, and what spans them."""

from django.urls import include, path

from lyceum.api.documentation import problem_types
from lyceum.api.graphql import graphql_view
from lyceum.api.health import health, health_live, health_ready
from lyceum.api.rest import compose
from lyceum.core.resolving import Pattern, indexed
from lyceum.domains.accounts.views import jwks

_ALL: list[Pattern] = [
    path("api/v1/docs/problems/", problem_types),
    indexed("api/v1/", *compose().urls),
    path("graphql", graphql_view),
    path("health", health),
    path("health/live", health_live),
    path("health/ready", health_ready),
    path(".well-known/jwks.json", jwks),
    path("", include("lyceum.web.urls")),
    path("", include("lyceum.domains.accounts.urls")),
    path("", include("lyceum.domains.journal.urls")),
    path("", include("lyceum.domains.notifications.urls")),
    path("", include("lyceum.domains.people.urls")),
    path("", include("lyceum.domains.academics.urls")),
    path("", include("lyceum.domains.timetable.urls")),
    path("", include("lyceum.domains.attendance.urls")),
    path("", include("lyceum.domains.behaviour.urls")),
    path("", include("lyceum.domains.behaviour.detention_urls")),
    path("", include("lyceum.domains.calendars.urls")),
    path("", include("lyceum.domains.learning.urls")),
    path("", include("lyceum.domains.learning.assignment_urls")),
    path("", include("lyceum.domains.learning.certificate_urls")),
    path("", include("lyceum.domains.assessment.urls")),
    path("", include("lyceum.domains.fees.urls")),
    path("", include("lyceum.domains.admissions.urls")),
    path("", include("lyceum.domains.exchange.urls")),
    path("", include("lyceum.domains.reports.urls")),
    path("", include("lyceum.domains.website.urls")),
]
urlpatterns = [indexed("", _ALL)]

handler404 = "lyceum.web.views.not_found"
handler500 = "lyceum.web.views.failed"
