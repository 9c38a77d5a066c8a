"""Addresses of the timetable's pages."""

from django.urls import path

from lyceum.domains.timetable import views

urlpatterns = [
    path("timetable/feeds/<str:feed_token>/", views.feed, name="timetable-feed"),
    path("classes/<uuid:class_id>/lessons/", views.lessons_page, name="class-lessons"),
]
