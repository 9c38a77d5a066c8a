"""Who sees which billing accounts, and what belongs to them."""

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.people.models import GuardianLink, Student
from lyceum.domains.people.policies import NOBODY, holds_on, own_children, own_record_of_age
from lyceum.domains.tenancy.queries import today


def visible_accounts(actor: Actor, to: str = "") -> Q:
    """The accounts that the actor may read, as a filter on BillingAccount, or on rows that lead to one by `to`."""
    reaches = actor.reaches(Permission.FEES_VIEW)
    if Reach.ALL in reaches:
        return Q()
    return own_accounts(actor, to) if Reach.OWN in reaches else NOBODY


def own_accounts(actor: Actor, to: str = "") -> Q:
    """The accounts that are the actor's own, as a filter on BillingAccount, or on rows that lead to one by `to`.

    Who is billed sees their own account and nobody else's: not what another payer of the same child was billed. A
    family's account is seen by those of its guardians who see the child and are told about fees.
    """
    if actor.user_id is None:
        return NOBODY
    own = Q(**{f"{to}user": actor.user_id}) | Q(**{f"{to}guardian__user": actor.user_id})
    told = GuardianLink.objects.filter(holds_on(today()), guardian__user=actor.user_id, told_fees=True)
    children = Student.objects.filter(own_children(actor), pk__in=told.values("student"), family__isnull=False)
    of_age = Student.objects.filter(own_record_of_age(actor))
    return own | Q(**{f"{to}family__in": children.values("family")}) | Q(**{f"{to}student__in": of_age.values("pk")})


def visible_invoices(actor: Actor) -> Q:
    """The invoices that the actor may read: those who are billed see what was issued, never a draft."""
    seen = visible_accounts(actor, "account__")
    return seen if actor.reaches_all(Permission.FEES_VIEW) else seen & Q(lifecycle="issued")
