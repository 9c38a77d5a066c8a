"""Addresses of learning's pages."""

from django.urls import path

from lyceum.domains.learning.views import courses, editing, learners, reading, running, settings

_RUN, _LESSON = "learning/runs/<uuid:learning_schedule_id>/", "learning/lessons/<uuid:course_lesson_id>/"

urlpatterns = [
    path("learning/", reading.catalogue_page, name="learning"),
    path("learning/courses/", courses.courses_page, name="learning-courses"),
    path("learning/courses/<uuid:course_id>/", reading.course_page, name="learning-course"),
    path("learning/courses/<uuid:course_id>/edit/", courses.course_edit_page, name="learning-course-edit"),
    path(_RUN, running.run_page, name="learning-run"),
    path(f"{_RUN}edit/", editing.run_edit_page, name="learning-run-edit"),
    path(f"{_RUN}learners/", learners.learners_page, name="learning-learners"),
    path(_LESSON, running.lesson_page, name="learning-lesson"),
    path(f"{_LESSON}edit/", editing.lesson_edit_page, name="learning-lesson-edit"),
    path("learning/materials/", reading.materials_page, name="learning-materials"),
    path("learning/materials/<uuid:material_id>/", reading.material_page, name="learning-material"),
    path("learning/materials/<uuid:material_id>/file/", reading.material_file, name="learning-material-file"),
    path("settings/learning/", settings.settings_page, name="settings-learning"),
]
