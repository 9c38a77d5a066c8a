"""Addresses of the pages of students, classes and what a school is made of."""

from django.urls import path

from lyceum.domains.academics.views import (
    arranging,
    class_list,
    classes,
    rollovers,
    rooms,
    settings,
    student_list,
    students,
)
from lyceum.domains.academics.views.bells import bells_page

urlpatterns = [
    path("students/", student_list.students_page, name="students"),
    path("students/new/", students.student_new, name="student-new"),
    path("students/<uuid:student_id>/edit/", students.student_edit, name="student-edit"),
    path("students/<uuid:student_id>/move/", students.student_move, name="student-move"),
    path("students/<uuid:student_id>/leave/", students.student_leave, name="student-leave"),
    path("classes/", class_list.classes_page, name="classes"),
    path("classes/new/", classes.class_new, name="class-new"),
    path("classes/arrange/", arranging.arrange_page, name="classes-arrange"),
    path("classes/<uuid:class_id>/", classes.class_page, name="class"),
    path("classes/<uuid:class_id>/edit/", classes.class_edit, name="class-edit"),
    path("rollovers/", rollovers.rollovers_page, name="rollovers"),
    path("rollovers/<uuid:plan_id>/", rollovers.rollover_page, name="rollover"),
    path("rollovers/<uuid:plan_id>/access/", rollovers.access_page, name="rollover-access"),
    path("settings/years/", settings.years_page, name="settings-years"),
    path("settings/subjects/", settings.subjects_page, name="settings-subjects"),
    path("settings/rooms/", rooms.rooms_page, name="settings-rooms"),
    path("settings/rooms/<uuid:location_id>/", rooms.room_page, name="settings-room"),
    path("settings/bells/", bells_page, name="settings-bells"),
]
