"""Addresses of the pages of notifications."""

from django.urls import path

from lyceum.domains.notifications.views import deliveries, hooks, inbound, own, setup, stopping

urlpatterns = [
    path("notifications/", own.notifications_page, name="notifications"),
    path("notifications/badge/", own.badge_part, name="notifications-badge"),
    path("notifications/settings/", own.wishes_page, name="notification-settings"),
    path("notifications/<uuid:notification_id>/", own.open_notification, name="notification"),
    path("settings/messages/", setup.carriers_page, name="settings-messages"),
    path("settings/messages/texts/", setup.texts_page, name="settings-texts"),
    path("outbox/", deliveries.outbox_page, name="outbox"),
    path("outbox/<uuid:delivery_id>/", deliveries.delivery_page, name="delivery"),
    path("outbox/texts/", inbound.texts_in_page, name="texts-in"),
    path("outbox/texts/<uuid:sms_id>/", inbound.text_in_page, name="text-in"),
    path("hooks/<slug:carrier>/<str:hook>/", hooks.report, name="hook"),
    path("stop/<str:link>/", stopping.stop_page, name="stop"),
]
