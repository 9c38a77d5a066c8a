"""Why something about a certificate cannot be done, in the words people are told."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, NotAllowedError, RuleError


class SigningKeyUnreadableError(RuleError):
    """The school's private key cannot be decrypted: the installation's secret is another one than when it was made."""

    code = "signing_key_unreadable"
    title = gettext_noop("The signing key cannot be read")


class NotIssuedError(RuleError):
    """It was revoked or replaced already."""

    code = "certificate_not_issued"


class CompletionReversedError(RuleError):
    """Nothing is certified that was taken back."""

    code = "completion_reversed"


class GuardianDecidesError(NotAllowedError):
    """Whoever is under 18 does not publish their own name."""

    code = "guardian_decides"


class ReasonCodeError(InvalidError):
    """The reason is none of those that a stranger may be told."""

    code = "reason_code"


class CertificateUnreadableError(InvalidError):
    """What was given holds no credential."""

    code = "certificate_unreadable"


class CertificateNotGenuineError(InvalidError):
    """Its signature does not hold."""

    code = "certificate_not_genuine"
    title = gettext_noop("Not genuine")


class NoVerifiedEmailError(RuleError):
    """There is no address that its owner has shown to be theirs."""

    code = "no_verified_email"
