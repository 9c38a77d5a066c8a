"""Problems as JSON and back, for an engine that works in a process of its own, and for what waits in the database."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from lyceum.solver import rules
from lyceum.solver.problem import Problem
from lyceum.solver.rules import Rule

KINDS: Mapping[str, type[Rule]] = {
    each.__name__: each
    for each in vars(rules).values()
    if isinstance(each, type) and issubclass(each, Rule) and each is not Rule
}


class UnreadableError(ValueError):
    """The text is no JSON of what it should be."""

    code = "unreadable"


def problem_to_json(problem: Problem) -> bytes:
    return msgspec.json.encode(problem_to_plain(problem))


def problem_from_json(source: bytes) -> Problem:
    """Raises `UnreadableError`."""
    try:
        plain = msgspec.json.decode(source, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise UnreadableError(str(error)) from error
    return problem_from_plain(plain)


def problem_to_plain(problem: Problem) -> dict[str, Any]:
    """As JSON has it; each rule with its kind."""
    plain: dict[str, Any] = msgspec.to_builtins(problem)
    plain["rules"] = [rule_to_plain(each) for each in problem.rules]
    return plain


def problem_from_plain(plain: Mapping[str, Any]) -> Problem:
    listed = plain.get("rules", [])
    if not isinstance(listed, list):
        raise UnreadableError("The rules are no list.")
    found = tuple(rule_from_plain(each) for each in listed)
    try:
        problem = msgspec.convert({**plain, "rules": []}, type=Problem)
    except msgspec.MsgspecError as error:
        raise UnreadableError(str(error)) from error
    return replace(problem, rules=found)


def rule_to_plain(rule: Rule) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(rule)
    return {"kind": type(rule).__name__, **{key: _in_order(value) for key, value in plain.items()}}


def _in_order(value: Any) -> Any:
    """Sets come out in whatever order: slots are put in theirs, so that the same rule is the same text."""
    numbers = isinstance(value, list) and all(isinstance(each, int) for each in value)
    return sorted(value) if numbers else value


def rule_from_plain(plain: Mapping[str, Any]) -> Rule:
    """Raises `UnreadableError`."""
    kind = KINDS.get(str(plain.get("kind"))) if isinstance(plain, Mapping) else None
    if kind is None:
        raise UnreadableError("A rule has no kind, or one that does not exist.")
    try:
        return msgspec.convert({key: value for key, value in plain.items() if key != "kind"}, type=kind)
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"{kind.__name__}: {error}") from error
