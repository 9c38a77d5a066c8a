"""Addresses of the pages of gradebooks and marks."""

from django.urls import path

from lyceum.domains.assessment.views import grid, learner, marks, settings, setup

_BOOK = "marks/gradebooks/<uuid:gradebook_id>/"

urlpatterns = [
    path("marks/", marks.marks_page, name="marks"),
    path("marks/students/<uuid:student_id>/", marks.student_page, name="student-marks"),
    path(_BOOK, grid.grid_page, name="gradebook"),
    path(f"{_BOOK}setup/", setup.setup_page, name="gradebook-setup"),
    path(f"{_BOOK}students/<uuid:student_id>/", learner.learner_page, name="gradebook-learner"),
    path("settings/grading/", settings.grading_page, name="settings-grading"),
    path("settings/grading/scales/<uuid:scale_id>/", settings.scale_page, name="settings-scale"),
    path("settings/grading/policies/<uuid:grading_policy_id>/", settings.policy_page, name="settings-grading-policy"),
]
