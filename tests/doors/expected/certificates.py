"""Certificates and their verification."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import EVERYBODY, NOBODY, SIGNED_IN, About, Door
from tests.doors.world import Who

_p = Permission
_INSTRUCTOR = frozenset({Who.TEACHER})
"""Sees the learners of their own runs; this course has none."""
_SEEN = Door(_p.LEARNERS_VIEW, About.STUDENT, but=_INSTRUCTOR)
_REVOKE = {"reason_code": "other"}

REST: dict[str, Door] = {
    "listMyCertificates": Door(SIGNED_IN),
    "listCertificates": Door(_p.LEARNERS_VIEW),
    "getCertificate": _SEEN,
    "getCertificatePdf": _SEEN,
    "getCertificateBadgePng": _SEEN,
    "getCertificateBadgeSvg": _SEEN,
    "getCertificateCredential": _SEEN,
    "revokeCertificate": Door(_p.CERTIFICATES_DECIDE, About.WHOLE, body=_REVOKE),
    "reissueCertificate": Door(_p.CERTIFICATES_DECIDE, About.WHOLE, body={"recipient_name": "Nell New"}),
    # the student is under age: the guardian shows the name, and both may hide it
    "showCertificateName": Door(frozenset({Who.GUARDIAN})),
    "hideCertificateName": Door(frozenset({Who.GUARDIAN, Who.STUDENT})),
    # who is under age puts no address into it
    "hashCertificateEmail": Door(NOBODY),
    "forgetCertificateEmail": Door(NOBODY),
    # whoever has the code; who asks is not looked at
    "verifyCertificate": Door(EVERYBODY, any_key=True),
    "checkCertificateName": Door(EVERYBODY, body={"name": "Nobody Knows"}, any_key=True),
}
PAGES: dict[str, Door] = {
    "GET certificates/": Door(_p.LEARNERS_VIEW, About.WHOLE),
    "POST certificates/": Door(_p.LEARNERS_VIEW, About.WHOLE, body={"export": "csv"}),
    "GET certificates/mine/": Door(SIGNED_IN),
    "GET certificates/<uuid:certificate_id>/": _SEEN,
    "POST certificates/<uuid:certificate_id>/": Door(
        _p.CERTIFICATES_DECIDE, About.WHOLE, body={"act": "revoke", **_REVOKE}
    ),
    "GET certificates/<uuid:certificate_id>/certificate.pdf": _SEEN,
    "GET certificates/<uuid:certificate_id>/badge.png": _SEEN,
    "GET certificates/<uuid:certificate_id>/badge.svg": _SEEN,
    "GET verify/<str:certificate_code>/": Door(EVERYBODY),
    "POST verify/<str:certificate_code>/": Door(EVERYBODY, body={"name": "Nobody Knows"}),
    "GET ob/issuers/<str:issuer_reference>": Door(EVERYBODY),
    "GET ob/keys/<str:kid>": Door(EVERYBODY),
    "GET ob/status/<str:status_list>": Door(EVERYBODY),
    "GET ob/achievements/<uuid:achievement_id>": Door(EVERYBODY),
}
