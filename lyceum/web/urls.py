"""Addresses of the pages that span domains."""

from django.urls import path

from lyceum.web import components, views
from lyceum.web.landing import operator_page
from lyceum.web.wizard import step_page, steps_page

urlpatterns = [
    path("", views.start, name="start"),
    path("today/", views.today_page, name="today"),
    path("components/", components.components_page, name="components"),
    path("operator/", operator_page, name="operator"),
    path("set-up-school/", steps_page, name="set-up-school"),
    path("set-up-school/<slug:step>/", step_page, name="set-up-step"),
    path("students/<uuid:student_id>/", views.student_page, name="student"),
]
