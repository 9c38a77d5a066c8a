"""Groups of schools: made, joined by schools, and administered by people. The operator's matter alone."""

from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, not_allowed
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import crossing_to
from lyceum.core.text import tidy
from lyceum.domains.accounts.across import LEVELS
from lyceum.domains.accounts.models import EmailAddress, Membership
from lyceum.domains.journal.rules import Target, record, record_for_operator
from lyceum.domains.tenancy.models import Group
from lyceum.domains.tenancy.queries import get_school


class GroupTakenError(RuleError):
    """There is a group of that name in addresses."""

    code = "group_taken"


def _require_operator(actor: Actor) -> None:
    if actor.kind is not ActorKind.OPERATOR and not actor.reaches_all(Permission.SCHOOL_CREATE):
        raise not_allowed(Permission.SCHOOL_CREATE)


def get_any_group(slug: str) -> Group:
    """The group of that name in addresses, for who runs the installation."""
    group = Group.objects.filter(slug=slug).first()
    if group is None:
        raise NotFoundError(_("There is no such group."))
    return group


@transaction.atomic
def create_group(*, name: str, slug: str = "", kind: str = "trust", parent: str = "", actor: Actor) -> Group:
    """Make a group, perhaps inside another; three levels deep at most."""
    _require_operator(actor)
    if not tidy(name):
        raise invalid_field("/name", "required", _("Give a name."))
    if kind not in Group.Kind.values:
        raise invalid_field("/kind", "choice", _("Choose one of: %(all)s.") % {"all": ", ".join(Group.Kind.values)})
    above = get_any_group(parent) if parent else None
    if above is not None and _depth(above) >= LEVELS:
        raise invalid_field("/parent", "depth", _("Groups lie %(n)s levels deep at most.") % {"n": LEVELS})
    wanted = slugify(slug or name)[:40]
    if Group.objects.filter(slug=wanted).exists():
        raise GroupTakenError(_("There is a group %(slug)s already.") % {"slug": wanted})
    group = Group.objects.create(name=tidy(name)[:200], slug=wanted, kind=kind, parent=above)
    record_for_operator("tenancy.group.create", target=Target.of(group), actor=actor)
    return group


def _depth(group: Group) -> int:
    return 1 + (_depth(group.parent) if group.parent else 0)


@transaction.atomic
def join_group(school: str, *, group: str, actor: Actor) -> Group:
    """Let a school belong to a group. It stands in the school's trail too: from now on the group sees its numbers."""
    _require_operator(actor)
    row, joined = get_school(school), get_any_group(group)
    changes = {"group": [row.group and row.group.slug, joined.slug]}
    row.group = joined
    row.save(update_fields=["group", "updated_at"])
    with crossing_to(row.pk):
        record("tenancy.school.join", target=Target.of(row), changes=changes, actor=actor)
    record_for_operator("tenancy.school.join", target=Target.of(row), school_id=row.pk, changes=changes, actor=actor)
    return joined


@transaction.atomic
def make_group_admin(email: str, *, group: str, actor: Actor) -> Membership:
    """Let somebody who has an account, found by a verified address, administer a group. Twice is once."""
    _require_operator(actor)
    found = EmailAddress.objects.filter(address=email.strip().lower(), verified_at__isnull=False).first()
    if found is None:
        raise NotFoundError(_("Nobody has verified this address."))
    held = _held(found.user_id, get_any_group(group))
    if held is not None:
        return held
    row = Membership.objects.create(
        user_id=found.user_id, role=Role.GROUP_ADMIN.value, group=get_any_group(group), starts=clock.today("UTC")
    )
    _note("accounts.group_admin.start", row, actor)
    return row


@transaction.atomic
def end_group_admin(email: str, *, group: str, actor: Actor) -> Membership:
    """From now on somebody administers a group no more."""
    _require_operator(actor)
    found = EmailAddress.objects.filter(address=email.strip().lower()).first()
    held = _held(found.user_id, get_any_group(group)) if found else None
    if held is None:
        raise NotFoundError(_("They do not administer this group."))
    held.state, held.ends = Membership.State.ENDED, clock.today("UTC")
    held.save(update_fields=["state", "ends", "updated_at"])
    _note("accounts.group_admin.end", held, actor)
    return held


def _held(user: UUID, group: Group) -> Membership | None:
    rows = Membership.objects.select_for_update().filter(user=user, group=group, role=Role.GROUP_ADMIN.value)
    return rows.exclude(state=Membership.State.ENDED).first()


def _note(action: str, row: Membership, actor: Actor) -> None:
    target = Target("accounts.user", row.user_id, str(row.user))
    changes = {"group": [None, row.group.slug if row.group else ""]}
    record_for_operator(action, target=target, changes=changes, actor=actor)
