"""Addresses of the pages of guardians."""

from django.urls import path

from lyceum.domains.people import views

urlpatterns = [
    path("students/<uuid:student_id>/guardians/new/", views.guardian_new, name="guardian-new"),
]
