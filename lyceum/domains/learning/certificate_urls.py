"""Addresses of certificates. Those under `ob/` stand in credentials for ever, and end without a slash."""

from django.urls import path

from lyceum.domains.learning.views import certificates, verification

urlpatterns = [
    path("certificates/", certificates.certificates_page, name="certificates"),
    path("certificates/mine/", certificates.own_certificates_page, name="own-certificates"),
    path("certificates/<uuid:certificate_id>/", certificates.certificate_page, name="certificate"),
    path("certificates/<uuid:certificate_id>/certificate.pdf", certificates.certificate_pdf, name="certificate-pdf"),
    path("certificates/<uuid:certificate_id>/badge.png", certificates.certificate_badge, name="certificate-badge"),
    path("certificates/<uuid:certificate_id>/badge.svg", certificates.certificate_drawing, name="certificate-drawing"),
    path("verify/<str:certificate_code>/", verification.verification_page, name="verify"),
    path("ob/issuers/<str:issuer_reference>", verification.issuer_document, name="ob-issuer"),
    path("ob/keys/<str:kid>", verification.key_document, name="ob-key"),
    path("ob/status/<str:status_list>", verification.status_list_document, name="ob-status"),
    path("ob/achievements/<uuid:achievement_id>", verification.achievement_document, name="ob-achievement"),
]
