"""What pages say about webhooks, and about what became of their messages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lyceum.domains.journal.models import WebhookDelivery

Words = str | Promise

AREAS: dict[str, Words] = {
    "accounts": _("People and accounts"),
    "tenancy": _("School"),
    "people": _("Students"),
    "academics": _("Classes"),
    "attendance": _("Attendance"),
    "timetable": _("Timetable"),
    "behaviour": _("Behaviour"),
    "calendars": _("Calendar"),
    "learning": _("Learning"),
    "admissions": _("Admissions"),
    "website": _("Website"),
    "notifications": _("Messages"),
    "exchange": _("Import"),
    "journal": _("Records"),
}
STATES: dict[str, Words] = {
    "on": pgettext_lazy("webhook", "on"),
    "failing": _("fails at present"),
    "off": pgettext_lazy("webhook", "off"),
}
OFF_REASONS: dict[str, Words] = {
    "by_hand": _("Somebody switched it off."),
    "gone": _("Its address answered that it is gone for good."),
    "last_failure": _("A message was not taken at any of ten tries."),
    "no_success": _("It took nothing for five days."),
}
ERRORS: dict[str, Words] = {
    "not_https": _("The address is no https address."),
    "port": _("The port is not one that Lyceum sends to."),
    "not_public": _("The name leads into a private network now."),
    "no_host": _("There is no host of that name."),
    "no_name": _("The name could not be looked up."),
    "too_slow": _("There was no answer within 15 seconds."),
    "certificate": _("Its certificate is not valid."),
    "no_answer": _("Nobody answers there."),
}
OUTCOMES: dict[str, Words] = {
    "waiting": _("waits"),
    "delivered": pgettext_lazy("webhook", "taken"),
    "failed": pgettext_lazy("webhook", "not taken"),
}
_REDIRECTED = _("It answered that the address is another one now. Lyceum does not follow.")
_REFUSED = _("It answered with an error.")


def why_failed(row: WebhookDelivery) -> Words:
    """Why an attempt failed, in a sentence; empty where it did not."""
    if row.outcome != "failed":
        return ""
    if row.status is None:
        return ERRORS.get(row.error, ERRORS["no_answer"])
    return _REDIRECTED if 300 <= row.status < 400 else _REFUSED
