"""What a check of the installation finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One named check's answer, in words for the person who runs the machine."""

    check: str
    verdict: Verdict
    says: str
    to_do: str = ""

    @classmethod
    def ok(cls, check: str, says: str, to_do: str = "") -> Finding:
        return cls(check, Verdict.OK, says, to_do)

    @classmethod
    def warning(cls, check: str, says: str, to_do: str) -> Finding:
        return cls(check, Verdict.WARNING, says, to_do)

    @classmethod
    def problem(cls, check: str, says: str, to_do: str) -> Finding:
        return cls(check, Verdict.PROBLEM, says, to_do)
