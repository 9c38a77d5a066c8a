"""REST door of accounts, and of the school and its trail."""

from ninja import Router

from lyceum.domains.accounts.rest import (
    auth,
    closing,
    invitations,
    keys,
    profile,
    registration,
    schools,
    sessions,
    tokens,
    trail,
    users,
)

router = Router()
for part in (auth, registration, tokens, sessions, profile, users, invitations, keys, schools, closing, trail):
    router.add_router("", part.router)
