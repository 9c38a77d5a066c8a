"""Addresses of the pages of people and classes."""

from django.urls import path

from lyceum.domains.academics import views

urlpatterns = [
    path("students/", views.students_page, name="students"),
    path("students/new/", views.student_new, name="student-new"),
    path("students/<uuid:student_id>/edit/", views.student_edit, name="student-edit"),
    path("students/<uuid:student_id>/leave/", views.student_leave, name="student-leave"),
    path("students/<uuid:student_id>/guardians/new/", views.guardian_new, name="guardian-new"),
    path("classes/", views.classes_page, name="classes"),
    path("classes/new/", views.class_new, name="class-new"),
    path("classes/<uuid:class_id>/", views.class_page, name="class"),
    path("settings/years/", views.years_page, name="settings-years"),
]
