"""Addresses of attendance's pages."""

from django.urls import path

from lyceum.domains.attendance import views

urlpatterns = [
    path("attendance/", views.day_page, name="attendance"),
    path("registers/<uuid:register_id>/", views.register_page, name="register"),
    path("registers/<uuid:register_id>/rows/", views.register_rows, name="register-rows"),
    path("registers/<uuid:register_id>/history/", views.register_history, name="register-history"),
    path("settings/attendance/", views.settings_page, name="settings-attendance"),
]
