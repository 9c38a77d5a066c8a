"""Addresses of the pages of people: guardians, flags, consents, requests, who is here twice."""

from django.urls import path

from lyceum.domains.people.views import (
    access_log,
    duplicates,
    erasures,
    flags,
    guardians,
    records,
    requests,
    restrictions,
    settings,
)

urlpatterns = [
    path("students/<uuid:student_id>/guardians/new/", guardians.guardian_new, name="guardian-new"),
    path("students/<uuid:student_id>/guardians/", guardians.guardians_page, name="guardians"),
    path("guardians/<uuid:link_id>/", guardians.guardian_edit, name="guardian-edit"),
    path("students/<uuid:student_id>/merge/", duplicates.other_record, name="student-merge"),
    path("students/<uuid:student_id>/ask/", requests.ask_page, name="ask-change"),
    path("students/<uuid:student_id>/flags/", flags.flags_page, name="student-flags"),
    path("students/<uuid:student_id>/restrictions/", restrictions.restrictions_page, name="student-restrictions"),
    path("restrictions/<uuid:restriction_id>/end/", restrictions.end_page, name="restriction-end"),
    path("students/<uuid:student_id>/consents/", records.consents_page, name="student-consents"),
    path("students/<uuid:student_id>/family/", records.family_page, name="student-family"),
    path("students/<uuid:student_id>/timeline/", records.timeline_page, name="student-timeline"),
    path("flags/<uuid:flag_id>/", flags.flag_page, name="flag"),
    path("access-log/", access_log.access_log_page, name="access-log"),
    path("profile/access-log/", access_log.own_access_page, name="own-access-log"),
    path("my-record/", requests.own_record_page, name="own-record"),
    path("my-access/", requests.access_page, name="own-access"),
    path("change-requests/", requests.requests_page, name="change-requests"),
    path("change-requests/<uuid:request_id>/", requests.request_page, name="change-request"),
    path("account/erasure/", erasures.own_page, name="own-erasure"),
    path("subject-requests/", erasures.requests_page, name="subject-requests"),
    path("subject-requests/<uuid:subject_request_id>/", erasures.request_page, name="subject-request"),
    path("settings/people/", settings.people_settings_page, name="settings-people"),
    path("people/duplicates/", duplicates.duplicates_page, name="duplicates"),
    path("people/duplicates/<uuid:person_id>/<uuid:other_id>/", duplicates.compare_page, name="duplicate"),
    path("people/merges/", duplicates.merges_page, name="merges"),
    path("people/merges/<uuid:merge_id>/undo/", duplicates.undo_page, name="merge-undo"),
]
