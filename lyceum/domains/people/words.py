"""Coded values of people's records as people say them."""

from django.utils.translation import gettext_lazy as _

FLAG_WORDS = {
    "medical": _("medical"),
    "allergy": _("allergy"),
    "sen": _("special needs"),
    "language": _("language"),
    "diet": _("diet"),
    "welfare": _("welfare"),
    "safeguarding": _("safeguarding"),
    "other": _("other"),
}
VISIBLE_TO_WORDS = {
    "register": _("who takes registers"),
    "teachers": _("own teachers"),
    "set": _("one permission set"),
}
ANSWER_WORDS = {"given": _("given"), "refused": _("refused"), "withdrawn": _("withdrawn")}
FIELD_WORDS = {
    "full_name": _("Full name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "preferred_name": _("Called"),
    "birth_date": _("Date of birth"),
    "gender": _("Gender"),
    "pronouns": _("Pronouns"),
    "email": _("E-mail"),
    "phone": _("Mobile"),
}
REQUEST_WORDS = {"pending": _("waits"), "applied": _("applied"), "refused": _("refused")}
ERASURE_WORDS = {
    "received": _("waits to be verified"),
    "verified": _("verified, waits to be done"),
    "running": _("deleted, erased after 30 days"),
    "delivered": _("done"),
    "refused": _("refused"),
    "withdrawn": _("taken back"),
}
TIMELINE_WORDS = FIELD_WORDS | {
    "registration_number": _("Number"),
    "first_day": _("First day"),
    "last_day": _("Last day"),
    "exit": _("How"),
    "days": _("Days"),
    "grade": _("Grade"),
    "portal": _("Sees the student in Lyceum"),
    "flag": _("Flag"),
    "text": _("What it is"),
    "by": _("Whose answer it is"),
}
RESTRICTION_WORDS = {
    "no_contact": _("must not contact the student"),
    "no_information": _("must not be told anything"),
    "no_collection": _("must not collect the student"),
    "address_withheld": _("must not learn the address"),
}
