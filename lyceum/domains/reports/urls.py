"""Pages."""

from django.urls import path

from lyceum.domains.reports.views import dashboard, journey

urlpatterns = [
    path("journey/", journey.journey_page, name="journey"),
    path("dashboard/", dashboard.dashboard_page, name="dashboard"),
    path("dashboard/lists/<slug:list_name>/", dashboard.list_page, name="dashboard-list"),
]
