"""Pages."""

from django.urls import path

from lyceum.domains.reports.views import dashboard, journey

urlpatterns = [
    path("journey/", journey.journey_page, name="journey"),
    path("dashboard/", dashboard.dashboard_page, name="dashboard"),
    *(
        path(f"dashboard/lists/{name}/", dashboard.list_page, {"name": name}, name=f"dashboard-{name}")
        for name in dashboard.LISTS
    ),
]
