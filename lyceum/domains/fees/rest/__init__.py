"""REST door of fees: items, billing accounts, invoices, payments, deposits, the ledger."""

from lyceum.domains.fees.rest import accounts, invoices, items, ledger, payments
from lyceum.domains.fees.rest.router import router

__all__ = ["accounts", "invoices", "items", "ledger", "payments", "router"]
