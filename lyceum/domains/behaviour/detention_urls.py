"""Addresses of the pages of detentions."""

from django.urls import path

from lyceum.domains.behaviour.views import (
    detention_board,
    detention_devices,
    detention_slots,
    detention_types,
    detentions,
    documents,
)

urlpatterns = [
    path("behaviour/detentions/", detention_board.board_page, name="detention-board"),
    path("behaviour/detentions/all/", detentions.list_page, name="detentions"),
    path("behaviour/detentions/calendar.ics", detentions.calendar_file, name="detention-calendar"),
    path("behaviour/detentions/feeds/<str:detention_feed_token>/", detentions.feed, name="detention-feed"),
    path("behaviour/detentions/new/", detentions.detention_new, name="detention-new"),
    path("behaviour/detentions/<uuid:detention_id>/", detentions.detention_page, name="detention"),
    path("behaviour/conflicts/<uuid:detention_conflict_id>/", detention_devices.decide, name="detention-conflict"),
    path("behaviour/slots/new/", detention_slots.slot_new, name="slot-new"),
    path("behaviour/slots/away/", detention_slots.away_page, name="slot-away"),
    path("behaviour/slots/<uuid:slot_id>/", detention_slots.slot_register, name="slot-register"),
    path("behaviour/slots/<uuid:slot_id>/rows/", detention_slots.slot_rows, name="slot-rows"),
    path("behaviour/slots/<uuid:slot_id>/slips/", detention_slots.slot_slips, name="slot-slips"),
    path("behaviour/slots/<uuid:slot_id>/list.pdf", documents.slot_pdf, name="slot-pdf"),
    path("behaviour/slots/<uuid:slot_id>/edit/", detention_slots.slot_edit, name="slot-edit"),
    path("settings/detentions/", detention_types.types_page, name="settings-detentions"),
    path("settings/detentions/<uuid:detention_type_id>/", detention_types.type_page, name="settings-detention"),
]
