"""Tables without a school wall, each with its reason. The catalogue test fails for any other."""

UNWALLED_TABLES: dict[str, str] = {
    "tenancy_group": "owns schools",
    "tenancy_school": "is the school",
    "tenancy_schoolhost": "finds the school from a host name",
    "accounts_user": "one human across schools",
    "accounts_emailaddress": "one human across schools",
    "accounts_schoollogin": "read before the school is known, by school and user name",
    "accounts_membership": "says which schools a human belongs to",
    "accounts_signinsession": "read before the school is known, by secret",
    "accounts_refreshtoken": "read before the school is known, by secret",
    "accounts_apikey": "read before the school is known, by public id",
    "accounts_invitation": "read before the school is known, by secret",
    "accounts_signinattempt": "counts failures before anybody is known",
    "accounts_signingkey": "the installation's own keys",
    "learning_publishedcertificate": "finds the school of a certificate, by the code a stranger holds",
    "notifications_carriedfor": "finds the school of a report of the installation's carrier, by its message",
    "notifications_hook": "finds the school of a carrier's report, by the secret in its address",
    "journal_operatorentry": "the operator's own trail",
}

OWN_POLICY_TABLES: dict[str, str] = {
    "journal_idempotencyrecord": "an answer given before any school was known has none; its policy says so",
}

LIBRARY_TABLE_PREFIXES: tuple[str, ...] = ("django_", "procrastinate_")
"""Libraries' own bookkeeping: it holds no school's rows; a job carries its school in its arguments."""
