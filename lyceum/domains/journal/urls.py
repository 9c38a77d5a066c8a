"""Addresses of the pages of webhooks."""

from django.urls import path

from lyceum.domains.journal import views

urlpatterns = [
    path("settings/webhooks/", views.webhooks_page, name="settings-webhooks"),
    path("settings/webhooks/new/", views.new_webhook_page, name="settings-webhook-new"),
    path("settings/webhooks/<uuid:webhook_id>/", views.webhook_page, name="settings-webhook"),
    path("settings/webhooks/<uuid:webhook_id>/edit/", views.edit_webhook_page, name="settings-webhook-edit"),
]
