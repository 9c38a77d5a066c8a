"""Addresses of the pages that span domains."""

from django.urls import path

from lyceum.web import components, phone, pwa, views
from lyceum.web.landing import operator_page
from lyceum.web.wizard import step_page, steps_page

urlpatterns = [
    path("", views.start, name="start"),
    path("registers/mine/", phone.own_day, name="own-day"),
    path("attendance/conflicts/", phone.conflicts_page, name="conflicts"),
    path("offline/", pwa.offline_page, name="offline"),
    path("sw.js", pwa.service_worker, name="service-worker"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("more/", views.more_page, name="more"),
    path("today/", views.today_page, name="today"),
    path("components/", components.components_page, name="components"),
    path("operator/", operator_page, name="operator"),
    path("set-up-school/", steps_page, name="set-up-school"),
    path("set-up-school/<slug:step>/", step_page, name="set-up-step"),
    path("palette/", views.palette_part, name="palette"),
    path("search/", views.search_page, name="search"),
    path("keys/", views.keys_page, name="keys"),
    path("students/<uuid:student_id>/", views.student_page, name="student"),
]
