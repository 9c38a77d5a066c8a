"""Tables of fees."""

from lyceum.domains.fees.models.accounts import BillingAccount
from lyceum.domains.fees.models.invoices import CreditNote, CreditNoteLine, Invoice, InvoiceInstalment, InvoiceLine
from lyceum.domains.fees.models.ledger import LedgerAccount, LedgerEntry, LedgerLine
from lyceum.domains.fees.models.payments import Allocation, DepositUse, Payment, PaymentReversal, Receipt
from lyceum.domains.fees.models.settings import DocumentCounter, FeeItem, FeesSettings

__all__ = [
    "Allocation",
    "BillingAccount",
    "CreditNote",
    "CreditNoteLine",
    "DepositUse",
    "DocumentCounter",
    "FeeItem",
    "FeesSettings",
    "Invoice",
    "InvoiceInstalment",
    "InvoiceLine",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerLine",
    "Payment",
    "PaymentReversal",
    "Receipt",
]
