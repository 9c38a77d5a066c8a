"""The contract's tables as they were tried, in lines to print."""

from collections.abc import Iterable, Iterator, Sequence

from tests.contracts.tables import As, Cell
from tests.contracts.trying import Tried, outcome_of


def lines_of(tried: Sequence[Tried], cells: Iterable[Cell]) -> Iterator[str]:
    """Rows × roles with the status each got, `!` where the table says otherwise; then the matrix; then the sum."""
    yield f"{'operation':<58}{'access':<18}" + "".join(f"{role:>12}" for role in As)
    for each in tried:
        yield f"{each.row.call!s:<58}{each.row.access:<18}" + "".join(f"{_cell(each, role):>12}" for role in As)
    yield ""
    yield f"{'permission':<58}{'':<18}" + "".join(f"{role:>12}" for role in As)
    for cell in cells:
        outcome = outcome_of(cell, tried)
        marks = (f"{outcome[role]}{'' if outcome[role] in ('missing', _wanted(cell, role)) else ' !'}" for role in As)
        yield f"{cell!s:<58}{'':<18}" + "".join(f"{mark:>12}" for mark in marks)
    yield ""
    missing = sum(each.is_missing for each in tried)
    differences = sum(len(each.differences) for each in tried)
    yield f"{len(tried)} rows × {len(As)} roles: {differences} differences; {missing} rows are not served"


def _cell(tried: Tried, role: As) -> str:
    if tried.is_missing:
        return "missing"
    wrong = any(f" as {role}:" in each for each in tried.differences)
    return f"{'yes' if role in tried.may else 'no'} {tried.by[role].status}{' !' if wrong else ''}"


def _wanted(cell: Cell, role: As) -> str:
    return "yes" if role in cell.may else "no"
