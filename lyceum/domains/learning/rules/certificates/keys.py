"""A school's signing keys: made here, sealed with the installation's secret, exchanged, and never forgotten."""

import base64
import secrets
from typing import Any

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from jwt.algorithms import RSAAlgorithm

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.accounts.rules.secrets import seal, unseal
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.models import IssuerKey, PublishedCertificate
from lyceum.domains.learning.rules.certificates.refusals import SigningKeyUnreadableError

BITS, EXPONENT = 2048, 65537
_PURPOSE = "certificate signing key"


def signing_key() -> IssuerKey:
    """The school's active key, locked: whoever holds it issues alone. The first one is made when it is needed.

    A key belongs to the address at which it is published: where the installation has moved, another key begins.
    """
    _take_turns()
    found = IssuerKey.objects.select_for_update().filter(status=IssuerKey.Status.ACTIVE).first()
    if found and found.base_url == base_url():
        return found
    if found:
        retire(found)
    return make_key()


def _take_turns() -> None:
    """One at a time in a school: serial numbers have no gaps, and one key is active."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"certificates|{current_school()}"])


def base_url() -> str:
    """Where the installation answers now."""
    return str(settings.PUBLIC_URL).rstrip("/")


def make_key() -> IssuerKey:
    """A new active key. The one before must be retired."""
    private = generate_private_key(EXPONENT, BITS)
    kid, issuer = secrets.token_hex(12), _issuer_at(base_url())
    key = IssuerKey.objects.create(
        kid=kid,
        public_jwk=_public_jwk(private, f"{base_url()}/ob/keys/{kid}"),
        private_key=_sealed(private),
        issuer=issuer,
        base_url=base_url(),
        status_list=(IssuerKey.objects.aggregate(most=Max("status_list"))["most"] or 0) + 1,
    )
    publish(kid, issuer)
    return key


def _issuer_at(address: str) -> str:
    known = IssuerKey.objects.filter(base_url=address).values_list("issuer", flat=True).first()
    return known or secrets.token_hex(12)


def publish(*references: str) -> None:
    """Let strangers find the school by these."""
    rows = [PublishedCertificate(reference=each, school_id=current_school()) for each in references]
    PublishedCertificate.objects.bulk_create(rows, ignore_conflicts=True)


def retire(key: IssuerKey) -> None:
    """Sign nothing new with a key; what it signed stays good."""
    key.status, key.retired_at = IssuerKey.Status.RETIRED, clock.now()
    key.save(update_fields=["status", "retired_at", "updated_at"])


@transaction.atomic
def rotate_key(*, actor: Actor) -> IssuerKey:
    """Begin a new key. The old one stays published, so that what it signed verifies as before."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    _take_turns()
    old = IssuerKey.objects.select_for_update().filter(status=IssuerKey.Status.ACTIVE).first()
    if old:
        retire(old)
    key = make_key()
    changes = {"key": [old.kid if old else None, key.kid]}
    record("learning.certificate.rotate_key", target=Target.of(key), changes=changes, actor=actor)
    return key


def private_key(key: IssuerKey) -> RSAPrivateKey:
    """The private key itself."""
    try:
        plain = unseal(base64.b64decode(key.private_key), purpose=_PURPOSE)
    except (InvalidTag, ValueError):
        raise SigningKeyUnreadableError(
            _(
                "The signing key was sealed with another secret key than this installation has now. "
                "Bring the old secret key back, or begin a new signing key with `lyceum certificates rotate-key`."
            )
        ) from None
    # Checking the numbers of a key that we sealed ourselves would cost more than signing with it.
    found = serialization.load_der_private_key(plain, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(found, RSAPrivateKey):
        raise TypeError("no RSA key")
    return found


def sign(payload: dict[str, Any], key: IssuerKey) -> str:
    """A compact JWS over a verifiable credential; its `kid` is the address of the public key."""
    return jwt.encode(
        payload, private_key(key), algorithm="RS256", headers={"kid": key.public_jwk["kid"], "typ": "JWT"}
    )


def signed_by(token: str, jwk: dict[str, Any]) -> dict[str, Any] | None:
    """What a token says if that key signed exactly these bytes; else nothing. Its dates are not looked at."""
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        payload: dict[str, Any] = jwt.decode(token, jwt.PyJWK(jwk).key, algorithms=["RS256"], options=options)
    except (jwt.PyJWTError, ValueError):
        return None
    return payload


def _sealed(private: RSAPrivateKey) -> str:
    plain = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64encode(seal(plain, purpose=_PURPOSE)).decode()


def _public_jwk(private: RSAPrivateKey, address: str) -> dict[str, Any]:
    jwk: dict[str, Any] = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    jwk.pop("key_ops", None)
    return jwk | {"kid": address, "alg": "RS256", "use": "sig"}
