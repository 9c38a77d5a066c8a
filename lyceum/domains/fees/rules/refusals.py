"""Why something about money cannot be done, in the words people are told."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, RuleError


class InvoiceImmutableError(RuleError):
    """It was issued: only a credit note takes it back."""

    code = "invoice_immutable"
    title = gettext_noop("The invoice was issued")


class PossibleDuplicateError(RuleError):
    """The same amount came by the same way with the same reference a few days ago."""

    code = "possible_duplicate_payment"
    title = gettext_noop("Was this recorded already?")


class AmountRangeError(InvalidError):
    """Nothing, less than nothing, or more than there is."""

    code = "amount_out_of_range"


class CurrencyMismatchError(InvalidError):
    """Two currencies meet that do not belong together."""

    code = "currency_mismatch"


class InstalmentsError(InvalidError):
    """The parts do not come to the whole."""

    code = "instalments_do_not_add_up"


class NothingDueError(InvalidError):
    """There is nothing that could be paid."""

    code = "nothing_due"


class PaymentReversedError(RuleError):
    """It is no payment any more."""

    code = "payment_reversed"


class ItemUsedError(RuleError):
    """It was billed: it can only retire."""

    code = "item_used"


class AccountExistsError(RuleError):
    """They have a billing account in this currency."""

    code = "account_exists"


class NoPayerError(InvalidError):
    """Nobody is named who pays for a student."""

    code = "no_payer"
