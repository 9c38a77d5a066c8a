"""A problem in numbers; `encode` makes it."""

from lyceum.solver.encoding.encode import encode
from lyceum.solver.encoding.encoded import Encoded, Line, Pair, PairKind, RoomChoice, Term, TermKind

__all__ = ["Encoded", "Line", "Pair", "PairKind", "RoomChoice", "Term", "TermKind", "encode"]
