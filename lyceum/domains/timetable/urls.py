"""Addresses of the timetable's pages."""

from django.urls import path

from lyceum.domains.timetable.views.board import board_page
from lyceum.domains.timetable.views.lessons import lessons_page
from lyceum.domains.timetable.views.mine import timetable_page

urlpatterns = [
    path("classes/<uuid:class_id>/lessons/", lessons_page, name="class-lessons"),
    path("timetable/", timetable_page, name="timetable"),
    path("timetable/versions/<uuid:version_id>/", board_page, name="timetable-board"),
]
