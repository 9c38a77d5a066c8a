"""Addresses of behaviour's pages."""

from django.urls import path

from lyceum.domains.behaviour.views import (
    dashboard,
    documents,
    files,
    incident,
    lists,
    notices,
    queue,
    record,
    settings,
    stages,
    student,
)

urlpatterns = [
    path("behaviour/", dashboard.dashboard_page, name="behaviour"),
    path("behaviour/record/", record.record_page, name="behaviour-record"),
    path("behaviour/incidents/", lists.incidents_page, name="behaviour-incidents"),
    path("behaviour/points/", lists.points_page, name="behaviour-points"),
    path("behaviour/queue/", queue.queue_page, name="behaviour-queue"),
    path("behaviour/stages/", stages.stages_page, name="behaviour-stages"),
    path("behaviour/stages/<uuid:escalation_id>/", queue.stage_page, name="behaviour-stage"),
    path("incidents/<uuid:incident_id>/", incident.incident_page, name="incident"),
    path("incidents/<uuid:incident_id>/files/<uuid:file_id>/", files.incident_file, name="incident-file"),
    path("incidents/<uuid:incident_id>/record.pdf", documents.incident_pdf, name="incident-pdf"),
    path("behaviour/notices/", notices.notices_page, name="behaviour-notices"),
    path("behaviour/notices/<uuid:notice_id>/letter.pdf", documents.letter_pdf, name="behaviour-letter"),
    path("students/<uuid:student_id>/behaviour/", student.student_page, name="student-behaviour"),
    path("settings/behaviour/", settings.settings_page, name="settings-behaviour"),
    path("settings/behaviour/policies/<uuid:policy_id>/", settings.policy_page, name="behaviour-policy"),
]
