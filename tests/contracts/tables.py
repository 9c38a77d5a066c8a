"""What the contract's two tables say: who may, for each operation and for each act on a resource."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).parent
API = "/api/v1/"


class As(StrEnum):
    """The four roles of the tables."""

    PUBLIC = "public"
    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


@dataclass(frozen=True, order=True)
class Call:
    """One method on one path, ids left open."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Row:
    """One line of endpoints.csv."""

    call: Call
    access: str
    may: frozenset[As]


@dataclass(frozen=True)
class Cell:
    """One line of permissions.csv, and the operations that it is about."""

    resource: str
    action: str
    may: frozenset[As]
    calls: tuple[Call, ...]

    def __str__(self) -> str:
        return f"{self.resource}: {self.action}"


ACCESS: Mapping[str, frozenset[As]] = {
    "Public": frozenset(As),
    "Auth": frozenset(As) - {As.PUBLIC},
    "Admin": frozenset({As.ADMIN}),
    "Admin/Teacher": frozenset({As.ADMIN, As.INSTRUCTOR}),
    "Admin/Instructor": frozenset({As.ADMIN, As.INSTRUCTOR}),
}
BY_MATRIX: Mapping[Call, tuple[str, str]] = {
    # Rows whose notes say that the matrix of permissions narrows them.
    Call("POST", f"{API}register/"): ("Registration", "*"),
    Call("POST", f"{API}students/"): ("Student Apply", "*"),
    Call("GET", f"{API}students/me/dashboard/"): ("Student Dashboard", "*"),
    Call("GET", f"{API}students/me/learning-materials/"): ("Learning Materials", "*"),
}


def _read_and_write(plural: str) -> dict[str, list[Call]]:
    many, one = f"{API}{plural}/", f"{API}{plural}/{{id}}/"
    return {
        "Read": [Call("GET", many), Call("GET", one)],
        "Write": [Call("POST", many), *(Call(method, one) for method in ("PUT", "PATCH", "DELETE"))],
    }


_CALLS: Mapping[str, Mapping[str, Sequence[Call]]] = {
    "Courses": _read_and_write("courses"),
    "Events": _read_and_write("events"),
    "Alumni": _read_and_write("alumni"),
    "Reviews": {
        "Read": _read_and_write("reviews")["Read"],
        "Create": _read_and_write("reviews")["Write"][:1],
        "Modify": _read_and_write("reviews")["Write"][1:],
    },
    "About Us": {"Read": [Call("GET", f"{API}about-us/")], "Write": [Call("PATCH", f"{API}about-us/")]},
    "Contact Form": {"*": [Call("POST", f"{API}contact-us/")]},
    "Registration": {"*": [Call("POST", f"{API}register/")]},
    "Student Apply": {"*": [Call("POST", f"{API}students/")]},
    "Student Dashboard": {"*": [Call("GET", f"{API}students/me/dashboard/")]},
    "Learning Materials": {"*": [Call("GET", f"{API}students/me/learning-materials/")]},
    "Schedules": _read_and_write("schedules"),
    "Admin Dashboard": {"*": [Call("GET", f"{API}admin/dashboard/")]},
    "User Management": {
        "*": [
            Call("GET", f"{API}admin/profiles/"),
            *(Call(method, f"{API}admin/profiles/{{user_id}}/profile/") for method in ("GET", "PATCH", "DELETE")),
        ]
    },
}


def read_permissions() -> list[Cell]:
    """The matrix of permissions, in its order."""
    return [
        Cell(
            resource=line["resource"],
            action=line["action"],
            may=frozenset(role for role in As if line[role] == "yes"),
            calls=tuple(_CALLS[line["resource"]][line["action"]]),
        )
        for line in _lines("permissions.csv")
    ]


def read_endpoints() -> list[Row]:
    """The table of operations, in its order."""
    matrix = {(cell.resource, cell.action): cell.may for cell in read_permissions()}
    rows = []
    for line in _lines("endpoints.csv"):
        call = Call(line["method"], line["path"])
        narrowed = BY_MATRIX.get(call)
        rows.append(Row(call, line["access"], matrix[narrowed] if narrowed else ACCESS[line["access"]]))
    return rows


def _lines(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
