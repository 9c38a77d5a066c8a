"""What fees are called on pages."""

from django.utils.translation import gettext_lazy as _

STATUSES = {
    "draft": (_("draft"), "none"),
    "unpaid": (_("not paid"), "due"),
    "part_paid": (_("part paid"), "late"),
    "paid": (_("paid"), "present"),
    "overdue": (_("overdue"), "absent"),
    "credited": (_("part credited"), "authorised"),
    "cancelled": (_("cancelled"), "none"),
}
"""Words and tone of an invoice's statuses."""
PURPOSES = {
    ("invoice", "issue"): _("Invoice"),
    ("credit_note", "issue"): _("Credit note"),
    ("payment", "receipt"): _("Payment"),
    ("payment", "reversal"): _("Payment reversed"),
    ("allocation", "allocation"): _("Moved between owed and credit"),
    ("deposit_use", "returned"): _("Deposit returned"),
    ("deposit_use", "turned"): _("Deposit turned into payment"),
}
"""What a posting is, by its document and purpose."""
AGE_WORDS = {
    "not_due": _("Not due yet"),
    "to_30": _("1–30 days"),
    "to_60": _("31–60 days"),
    "to_90": _("61–90 days"),
    "over_90": _("over 90 days"),
}
