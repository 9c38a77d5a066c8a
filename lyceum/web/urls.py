"""Addresses of the pages that span domains."""

from django.urls import path

from lyceum.web import views

urlpatterns = [
    path("", views.start, name="start"),
    path("today/", views.today_page, name="today"),
    path("students/<uuid:student_id>/", views.student_page, name="student"),
]
