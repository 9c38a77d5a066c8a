"""Addresses of the pages of assignments."""

from django.urls import path

from lyceum.domains.learning.views import assignment, assignment_files, assignments, marking

urlpatterns = [
    path("assignments/", assignments.work_page, name="work"),
    path("assignments/new/", assignments.new_page, name="assignment-new"),
    path("assignments/<uuid:work_id>/", assignment.assignment_page, name="assignment"),
    path("assignments/<uuid:work_id>/edit/", assignments.edit_page, name="assignment-edit"),
    path("assignments/<uuid:work_id>/marks/", marking.marks_page, name="assignment-marks"),
    path("assignments/<uuid:work_id>/submissions.zip", assignment_files.archive, name="assignment-zip"),
    path(
        "assignments/<uuid:work_id>/attachments/<uuid:attachment_id>/",
        assignment_files.attachment,
        name="assignment-attachment",
    ),
    path("submissions/<uuid:submission_id>/mark/", marking.mark_page, name="submission-mark"),
    path(
        "submissions/<uuid:submission_id>/files/<uuid:attempt_file_id>/",
        assignment_files.attempt_file,
        name="submission-file",
    ),
]
