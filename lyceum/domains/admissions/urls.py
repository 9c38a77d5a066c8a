"""Addresses of admissions' pages."""

from django.urls import path

from lyceum.domains.admissions.views import application, applications, applying, decisions, intakes, questions, settings

urlpatterns = [
    path("apply/", applying.start_page, name="apply"),
    path("apply/for/<uuid:intake_id>/", applying.person_page, name="apply-for"),
    path("apply/<uuid:application_id>/", applying.resume_page, name="apply-resume"),
    path("apply/<uuid:application_id>/<slug:apply_section>/", applying.section_page, name="apply-section"),
    path("applications/", applications.applications_page, name="applications"),
    path("applications/interviews.ics", applications.interviews_file, name="interviews"),
    path("applications/decisions/<uuid:decisions_id>/", decisions.decisions_page, name="decisions"),
    path("applications/<uuid:application_id>/", application.application_page, name="application"),
    path("applications/<uuid:application_id>/application.pdf", application.pdf_file, name="application-pdf"),
    path("students/<uuid:student_id>/documents/", application.student_documents, name="student-documents"),
    path("applications/<uuid:application_id>/admit/", application.admit_page, name="admit"),
    path(
        "applications/<uuid:application_id>/documents/<uuid:application_document_id>/",
        application.document_page,
        name="application-document",
    ),
    path("settings/intakes/", intakes.intakes_page, name="settings-intakes"),
    path("settings/admissions/", settings.settings_page, name="settings-admissions"),
    path("settings/intakes/forms/", questions.forms_page, name="settings-application-forms"),
    path("settings/intakes/forms/<uuid:application_form_id>/", questions.form_page, name="settings-application-form"),
    path("settings/intakes/<uuid:intake_id>/", intakes.intake_page, name="settings-intake"),
]
