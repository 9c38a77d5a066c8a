"""GraphQL door of tenancy: the school one is in."""

from typing import Any

import strawberry

from lyceum.core.connections import Found, Span, connection, page_of_list
from lyceum.core.graphql import Info, shown_as, through
from lyceum.core.permissions import POLICY, Permission, PolicyRow, Role
from lyceum.domains.tenancy.models import School as SchoolRow
from lyceum.domains.tenancy.queries import this_school


@strawberry.type(description="The school. Its id is its name in addresses.")
class School:
    id: strawberry.ID = through("slug")
    slug: str
    name: str
    legal_name: str
    kind: str
    country: str
    time_zone: str
    locales: list[str]
    currency: str
    first_weekday: int
    address: str
    phone: str
    email: str
    website: str
    head_name: str
    status: str
    is_demo: bool


@strawberry.type(description="How far a role reaches with an act: Y all, C own classes, K own child, O own.")
class RoleReach:
    role: str
    reach: str


@strawberry.type(description="An act that somebody may be allowed or refused.")
class PolicyEntry:
    permission: str
    act: str
    scope: str

    @connection(RoleReach)
    def roles(self, row: strawberry.Parent[PolicyRow], span: Span) -> Found:
        """How far each role reaches."""
        reaches = [RoleReach(role=role.value, reach=row.reach_of(role).value) for role in Role]
        return page_of_list(reaches, key=lambda each: each.role, span=span)

    @strawberry.field
    def mine(self, row: strawberry.Parent[PolicyRow], info: Info) -> list[str]:
        """How far the caller reaches; empty where not at all."""
        return sorted(reach.value for reach in info.context.actor.reaches(row.permission))


@strawberry.type
class Query:
    @shown_as(School | None)
    def school(self, info: Info) -> SchoolRow:
        """The school one is in."""
        info.context.actor.require(Permission.SCHOOL_VIEW)
        return this_school()

    @connection(PolicyEntry)
    def policy(self, info: Info, span: Span) -> Any:
        """Who may do what: one table for every door."""
        info.context.actor.require(Permission.POLICY_VIEW)
        return page_of_list(list(POLICY.values()), key=lambda row: row.permission.value, span=span)
