"""Who may do what: the one table, as it is read for people, keys, jobs and the public."""

from dataclasses import replace

import pytest

from lyceum.core.actor import Actor, ActorKind, Via, public_actor, system_actor, widest
from lyceum.core.errors import NotAllowedError
from lyceum.core.ids import new_id
from lyceum.core.permissions import BUILT_IN_SETS, POLICY, SCOPES, Permission, Reach, Role

P = Permission


def somebody(*roles, granted=(), **fields):
    """A human with these roles in a school."""
    return Actor(
        kind=ActorKind.USER,
        id=new_id(),
        name="Somebody",
        via=Via.REST,
        school_id=1,
        roles=frozenset(roles),
        granted=frozenset(granted),
        **fields,
    )


def key(*scopes):
    """An API key with these scopes."""
    return replace(somebody(), kind=ActorKind.KEY, scopes=frozenset(scopes))


def test_the_table_has_one_row_for_every_permission():
    assert set(POLICY) == set(Permission)
    assert len({row.act for row in POLICY.values()}) == len(POLICY)


def test_every_scope_is_an_area_read_or_written():
    assert all(scope.split(":")[1] in {"read", "write", "apply"} for scope in SCOPES)


@pytest.mark.parametrize(
    "permission", [P.ROLES_GRANT, P.KEYS_EDIT, P.RESTRICTIONS_EDIT, P.PROFILE_EDIT, P.SCHOOL_CREATE, P.FLAGS_VIEW]
)
def test_no_key_ever_does_this(permission):
    assert not key(*SCOPES).may(permission)


@pytest.mark.parametrize(
    ("actor", "permission", "reaches"),
    [
        (somebody(Role.SCHOOL_ADMIN), P.STUDENTS_VIEW, {Reach.ALL}),
        (somebody(Role.TEACHER), P.STUDENTS_VIEW, {Reach.CLASSES}),
        (somebody(Role.STUDENT), P.STUDENTS_VIEW, {Reach.OWN}),
        (somebody(Role.GUARDIAN), P.STUDENTS_VIEW, {Reach.CHILD}),
        (somebody(Role.TEACHER, Role.GUARDIAN), P.STUDENTS_VIEW, {Reach.CLASSES, Reach.CHILD}),
        # a manager reaches what a permission set names, and nothing by being one
        (somebody(Role.MANAGER), P.STUDENTS_VIEW, set()),
        (somebody(Role.MANAGER, granted=[P.STUDENTS_VIEW]), P.STUDENTS_VIEW, {Reach.ALL}),
        (somebody(Role.MANAGER, granted=[P.KEYS_EDIT]), P.KEYS_EDIT, set()),
        # what a set once named gives nothing to somebody who is no manager any more
        (somebody(Role.TEACHER, granted=[P.USERS_LIST]), P.USERS_LIST, set()),
        # groups and operators need a scope or a grant of their own
        (somebody(Role.GROUP_ADMIN), P.STUDENTS_LIST, set()),
        (somebody(Role.SUPER_ADMIN), P.STUDENTS_LIST, set()),
        (somebody(Role.SUPER_ADMIN), P.SCHOOL_CREATE, {Reach.ALL}),
        (somebody(), P.STUDENTS_VIEW, set()),
        (somebody(), P.POLICY_VIEW, {Reach.ALL}),
        (public_actor(Via.REST), P.POLICY_VIEW, {Reach.ALL}),
        (public_actor(Via.REST), P.STUDENTS_VIEW, set()),
        (key("students:read"), P.STUDENTS_VIEW, {Reach.ALL}),
        (key("students:write"), P.STUDENTS_VIEW, set()),
        (key(), P.POLICY_VIEW, set()),
        (system_actor(1), P.KEYS_EDIT, {Reach.ALL}),
    ],
)
def test_how_far_somebody_reaches(actor, permission, reaches):
    assert actor.reaches(permission) == reaches
    assert actor.may(permission) is bool(reaches)
    assert actor.reaches_all(permission) is (Reach.ALL in reaches)


def test_a_refusal_names_the_permission_and_the_act():
    with pytest.raises(NotAllowedError) as refused:
        somebody(Role.TEACHER).require(P.KEYS_EDIT)

    assert refused.value.extra == {"permission": "keys.edit"}
    assert "API keys" in refused.value.detail


def test_reaching_some_rows_is_not_reaching_all():
    teacher = somebody(Role.TEACHER)

    teacher.require(P.STUDENTS_VIEW)
    with pytest.raises(NotAllowedError):
        teacher.require_all(P.STUDENTS_VIEW)


def test_a_built_in_set_gives_only_what_a_manager_may_hold():
    for name, permissions in BUILT_IN_SETS.items():
        for permission in permissions:
            assert POLICY[permission].manager in (Reach.PERMISSION_SET, Reach.ALL), (name, permission)


def test_who_has_no_school_is_told_to_choose_one():
    with pytest.raises(NotAllowedError, match="Choose a school"):
        _ = public_actor(Via.REST).school


@pytest.mark.parametrize(("kind", "is_human"), [(k, k in {"user", "operator"}) for k in ActorKind])
def test_only_humans_have_a_users_id(kind, is_human):
    actor = replace(somebody(), kind=kind)

    assert (actor.user_id is not None) is is_human


@pytest.mark.parametrize(
    ("reaches", "most"),
    [
        ({Reach.OWN, Reach.ALL}, Reach.ALL),
        ({Reach.OWN, Reach.CLASSES}, Reach.CLASSES),
        ({Reach.OWN, Reach.CHILD}, Reach.CHILD),
        ({Reach.GRANT}, Reach.NONE),
        (set(), Reach.NONE),
    ],
)
def test_the_widest_reach(reaches, most):
    assert widest(reaches) is most


@pytest.mark.parametrize(
    ("word", "role"),
    [("admin", Role.SCHOOL_ADMIN), ("instructor", Role.TEACHER), ("parent", Role.GUARDIAN), ("student", Role.STUDENT)],
)
def test_roles_have_other_words(word, role):
    assert Role.named(word) is role
    with pytest.raises(ValueError, match="pupil"):
        Role.named("pupil")


def test_the_same_actor_at_another_door():
    actor = somebody(Role.TEACHER)

    assert actor.through(Via.SOCKET) == replace(actor, via=Via.SOCKET)
