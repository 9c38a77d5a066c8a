"""Addresses of attendance's pages."""

from django.urls import path

from lyceum.domains.attendance.views import absences, cases, day, devices, registers

urlpatterns = [
    path("attendance/", day.day_page, name="attendance"),
    path("attendance/absences/", absences.absences_page, name="absences"),
    path("attendance/conflicts/", devices.conflicts_page, name="conflicts"),
    path("attendance/conflicts/<uuid:conflict_id>/", devices.decide, name="conflict"),
    path("attendance/cases/", cases.cases_page, name="cases"),
    path("attendance/cases/<uuid:case_id>/", cases.case_page, name="case"),
    path("attendance/cases/<uuid:case_id>/answer/", cases.answer_page, name="case-answer"),
    path("reply/<str:token>/", cases.reply_page, name="reply"),
    path("registers/mine/", devices.own_day, name="own-day"),
    path("registers/<uuid:register_id>/", registers.register_page, name="register"),
    path("registers/<uuid:register_id>/rows/", registers.register_rows, name="register-rows"),
    path("registers/<uuid:register_id>/history/", registers.register_history, name="register-history"),
    path("settings/attendance/", registers.settings_page, name="settings-attendance"),
]
