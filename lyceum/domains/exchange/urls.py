"""Addresses of exchange's pages."""

from django.urls import path

from lyceum.domains.exchange import views

urlpatterns = [
    path("imports/", views.imports_page, name="imports"),
    path("imports/<uuid:run_id>/", views.import_page, name="import"),
    path("imports/<uuid:run_id>/mapping/", views.mapping_act, name="import-mapping"),
    path("imports/<uuid:run_id>/apply/", views.apply_act, name="import-apply"),
    path("imports/<uuid:run_id>/rollback/", views.rollback_act, name="import-rollback"),
    path("imports/<uuid:run_id>/cancel/", views.cancel_act, name="import-cancel"),
    path("imports/<uuid:run_id>/errors.csv", views.errors_page, name="import-errors"),
]
