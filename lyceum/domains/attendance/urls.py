"""Addresses of attendance's pages."""

from django.urls import path

from lyceum.domains.attendance.views import (
    absences,
    cases,
    concerns,
    day,
    devices,
    documents,
    persistent,
    planned,
    registers,
    rules,
)

urlpatterns = [
    path("attendance/", day.day_page, name="attendance"),
    path("attendance/absences/", absences.absences_page, name="absences"),
    path("attendance/conflicts/", devices.conflicts_page, name="conflicts"),
    path("attendance/conflicts/<uuid:conflict_id>/", devices.decide, name="conflict"),
    path("attendance/cases/", cases.cases_page, name="cases"),
    path("attendance/cases/<uuid:case_id>/", cases.case_page, name="case"),
    path("attendance/cases/<uuid:case_id>/answer/", cases.answer_page, name="case-answer"),
    path("reply/<str:token>/", cases.reply_page, name="reply"),
    path("attendance/planned/", planned.planned_page, name="planned-absences"),
    path("attendance/planned/<uuid:planned_id>/", planned.planned_one, name="planned-absence"),
    path("attendance/concerns/", concerns.concerns_page, name="concerns"),
    path("attendance/concerns/<uuid:concern_id>/", concerns.concern_page, name="concern"),
    path("attendance/persistent/", persistent.persistent_page, name="persistent"),
    path("attendance/closures/", rules.closures_page, name="closures"),
    path("attendance/closures/<uuid:closure_id>/", rules.closure_page, name="closure"),
    path("attendance/official/", documents.official_page, name="official-registers"),
    path("attendance/official/<uuid:copy_id>/", documents.official_pdf, name="official-register"),
    path("attendance/paper/<uuid:class_id>/", documents.paper_register, name="paper-register"),
    path("students/<uuid:student_id>/absences/new/", planned.absence_new, name="absence-new"),
    path("registers/mine/", devices.own_day, name="own-day"),
    path("registers/<uuid:register_id>/", registers.register_page, name="register"),
    path("registers/<uuid:register_id>/rows/", registers.register_rows, name="register-rows"),
    path("registers/<uuid:register_id>/history/", registers.register_history, name="register-history"),
    path("settings/attendance/method/", rules.method_page, name="settings-method"),
    path("settings/attendance/", registers.settings_page, name="settings-attendance"),
]
