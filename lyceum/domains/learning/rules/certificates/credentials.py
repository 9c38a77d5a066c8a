"""Open Badges 3.0: what a credential, a status list, an issuer and an achievement say."""

import base64
import gzip
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from lyceum.core import clock
from lyceum.domains.learning.models import Certificate, Course, IssuerKey

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
LIST_LENGTH = 131_072
"""Bits; the least that the W3C allows, so that an index says nothing about how many there are."""
SALT_BYTES = 16
LIST_LASTS = timedelta(hours=24)
"""How long an answer of the status list may be shown to somebody as the present one."""

Json = dict[str, Any]


def issuer_address(key: IssuerKey) -> str:
    """Where the issuer answers, which is also its id."""
    return f"{key.base_url}/ob/issuers/{key.issuer}"


def status_address(key: IssuerKey) -> str:
    """Where the status list of a key answers."""
    return f"{key.base_url}/ob/status/{key.kid}"


def verification_address(certificate: Certificate, key: IssuerKey) -> str:
    """The page on which a person checks the certificate; the credential's id as well."""
    return f"{key.base_url}/verify/{certificate.code}/"


def profile_of(key: IssuerKey, *, name: str) -> Json:
    """The issuer as Open Badges describes it."""
    return {"id": issuer_address(key), "type": ["Profile"], "name": name, "url": f"{key.base_url}/"}


def achievement_of(course: Course, *, address: str) -> Json:
    """What was achieved, and what had to be done for it."""
    shown: Json = {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "Course",
        "name": course.name,
        "description": course.summary or course.description or course.name,
        "criteria": {"narrative": _criteria(course)},
    }
    return shown | ({"humanCode": course.code} if course.code else {})


def _criteria(course: Course) -> str:
    policy = course.completion_policy or {}
    asked = ["All required lessons are done and all required work is accepted."]
    if policy.get("minimum_grade") is not None:
        asked.append(f"The mean grade is {policy['minimum_grade']} or better.")
    if policy.get("instructor_confirms"):
        asked.append("The instructor confirmed completion.")
    if course.duration_hours:
        asked.append(f"The course takes {course.duration_hours} hours.")
    return " ".join(asked)


def identity_of(email: str) -> Json:
    """An e-mail address as Open Badges hides it: who knows it can compare it, and nobody can read it."""
    salt = secrets.token_hex(SALT_BYTES)
    digest = hashlib.sha256(f"{email.lower()}{salt}".encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": salt,
    }


def credential_of(
    certificate: Certificate, *, course: Course, key: IssuerKey, subject: str = "", identity: Sequence[Json] = ()
) -> Json:
    """The credential with the registered claims beside it, as a VC-JWT carries them. It names nobody."""
    address, subject = verification_address(certificate, key), subject or f"urn:uuid:{uuid4()}"
    achievement = achievement_of(course, address=f"{key.base_url}/ob/achievements/{course.pk}")
    credential: Json = {
        "@context": CONTEXTS,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.course_name,
        "issuer": profile_of(key, name=certificate.issuer_name),
        "validFrom": _instant(certificate.issued_at),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "achievement": achievement | {"name": certificate.course_name},
            **({"identifier": list(identity)} if identity else {}),
        },
        "credentialStatus": {
            "id": f"{status_address(key)}#{certificate.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(certificate.status_index),
            "statusListCredential": status_address(key),
        },
        "iss": issuer_address(key),
        "jti": address,
        "sub": subject,
        "nbf": int(certificate.issued_at.timestamp()),
    }
    if certificate.valid_until:
        credential |= {
            "validUntil": _instant(certificate.valid_until),
            "exp": int(certificate.valid_until.timestamp()),
        }
    return credential


def status_list_of(key: IssuerKey, set_bits: Iterable[int], *, everything: bool) -> Json:
    """Which of a key's certificates are no longer good, as one string of bits. `everything`: none of them is."""
    bits = bytearray((b"\xff" if everything else b"\x00") * (LIST_LENGTH // 8))
    for index in set_bits:
        bits[index // 8] |= 0x80 >> (index % 8)
    encoded = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    now = clock.now().replace(microsecond=0)
    address = status_address(key)
    return {
        "@context": CONTEXTS[:1],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_address(key),
        "validFrom": _instant(now),
        "validUntil": _instant(now + LIST_LASTS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{encoded}",
        },
        "iss": issuer_address(key),
        "jti": address,
        "sub": f"{address}#list",
        "nbf": int(now.timestamp()),
        "exp": int((now + LIST_LASTS).timestamp()),
    }


def achievement_at(base: str, course_id: UUID) -> str:
    """Where the achievement of a course answers."""
    return f"{base}/ob/achievements/{course_id}"


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
