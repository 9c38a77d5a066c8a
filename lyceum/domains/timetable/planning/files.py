"""What a version that came from a file goes by: the file's own problem, with our ids for its names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from lyceum.domains.timetable.models import ImportedProblem, Version
from lyceum.solver.fet.reader import read
from lyceum.solver.problem import Problem

Sat = tuple[UUID, UUID | None]


@dataclass(frozen=True)
class Imported:
    """A file's problem."""

    problem: Problem
    names: Mapping[str, Mapping[str, str]]

    def ids(self, sort: str) -> dict[str, UUID]:
        """Our ids by the file's names of teachers, students or rooms."""
        return {name: UUID(row) for name, row in self.names.get(sort, {}).items()}

    def atoms(self, sats: Mapping[Sat, frozenset[UUID]]) -> dict[str, tuple[frozenset[Sat], int]]:
        """The smallest sets of students of the file, and in which of the classes each is."""
        found: dict[str, set[Sat]] = {}
        of = {row: name for name, row in self.ids("students").items()}
        for sat in sats:
            for part in self._parts(of.get(sat[0], "")):
                found.setdefault(part, set()).add(sat)
        sizes = self.problem.student_set
        return {name: (frozenset(of_part), sizes[name].size if name in sizes else 0) for name, of_part in found.items()}

    def _parts(self, name: str) -> set[str]:
        row = self.problem.student_set.get(name)
        if row is None or not row.parts:
            return {name}
        return {part for each in row.parts for part in self._parts(each)}


@lru_cache(maxsize=4)
def _problem(pk: UUID, source: bytes) -> Problem:
    """Reading a large file takes a second; the file of an import never changes."""
    del pk
    return read(source)


def read_imported(version: Version) -> Imported | None:
    """The file's problem of a version; None for one that came from no file."""
    if version.imported_id is None:
        return None
    row = ImportedProblem.objects.get(pk=version.imported_id)
    return Imported(_problem(row.pk, bytes(row.source)), row.names)
