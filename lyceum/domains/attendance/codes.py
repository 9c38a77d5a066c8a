"""The codes a school marks with, remembered for a moment by each process."""

from dataclasses import dataclass
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.memory import SchoolMemory
from lyceum.domains.attendance.known import Said
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import Code
from lyceum.domains.attendance.policies import code_givers
from lyceum.domains.attendance.presets import PRESETS


def fits(code: Code, session: str) -> bool:
    """Whether a code may be given in a session: a whole day and a lesson use the morning's."""
    return code.session in ("", "PM" if session == "PM" else "AM")


@dataclass(frozen=True)
class CodeList:
    """The codes in use, and who is asking."""

    codes: tuple[Code, ...]
    givers: frozenset[str]

    def by_symbol(self, symbol: str) -> Code | None:
        """The code of that symbol; typed in the other case it is meant too, unless that is another code."""
        wanted = symbol.strip()
        exact = next((code for code in self.codes if code.symbol == wanted), None)
        return exact or next((code for code in self.codes if code.symbol.casefold() == wanted.casefold()), None)

    def by_id(self, code_id: UUID) -> Code | None:
        """The code of that id, also of a set that retired, and of one that another process chose a moment ago."""
        found = next((code for code in self.codes if code.pk == code_id), None)
        if found is None:
            forget_codes()
            found = next((code for code in _codes.get() if code.pk == code_id), None)
        return found

    def may_give(self, code: Code) -> bool:
        """Whether the one who asks may give this code."""
        return bool(self.givers & set(code.roles))

    def offered(self, session: str) -> list[Code]:
        """The codes that may be given in a session, in the order in which they are offered."""
        return [c for c in self.codes if c.active and self.may_give(c) and fits(c, session)]

    def cycle(self, session: str) -> list[str]:
        """The codes that one tap after another gives: the exceptions first, for the rest will be present."""
        found = (self.first(meaning, session) for meaning in (Meaning.UNEXPLAINED, Meaning.LATE, Meaning.PRESENT))
        return [code.symbol for code in found if code]

    def for_status(self, status: str, session: str) -> Code | None:
        """The code that P, A, L or E stands for, where a caller knows no symbols."""
        meanings = {
            "P": Meaning.PRESENT,
            "L": Meaning.LATE,
            "A": Meaning.UNEXPLAINED,
            "E": Meaning.AUTHORISED,
        }
        meaning = meanings.get(status)
        return self.first(meaning, session) if meaning else None

    def first(self, meaning: str, session: str) -> Code | None:
        """The first code of a meaning that fits a session."""
        return next((c for c in self.offered(session) if c.meaning == meaning), None)


def _read_codes() -> tuple[Code, ...]:
    """All codes of the set in use and of sets that retired (old marks keep theirs), those in use first."""
    rows = Code.objects.filter(code_set__state__in=("in_use", "retired")).select_related("code_set")
    ordered = sorted(rows, key=lambda code: (code.code_set.state != "in_use", code.position))
    for code in ordered:
        code.active = code.active and code.code_set.state == "in_use"
    return tuple(ordered)


_codes = SchoolMemory(_read_codes, seconds=30)  # a code never changes its meaning, it only retires


def read_codes(actor: Actor) -> CodeList:
    """The school's codes, for somebody who may give some of them."""
    return CodeList(_codes.get(), code_givers(actor))


def forget_codes() -> None:
    """Read the codes anew at the next question."""
    _codes.forget()


def said(code: Code) -> Said:
    """The code as a statutory mark says it."""
    return Said(code.statutory, code.meaning, code.session, code.replaced_by_closure)


def codes_in_use() -> tuple[Code, ...]:
    """The codes in use, in the order in which they are offered."""
    return tuple(code for code in _codes.get() if code.active)


def mark_words(*, for_families: bool) -> dict[tuple[str, str], str]:
    """What statutory marks say in words, by symbol and meaning, to be translated; also those of sets that retired."""
    return {
        (code.statutory, code.meaning): code.family_words if for_families else code.label
        for code in reversed(_codes.get())
    }


def code_named(what: str) -> Code | None:
    """The code that the set in use names for a case or a reason."""
    codes = codes_in_use()
    preset = PRESETS.get(codes[0].code_set.preset) if codes else None
    symbol = preset.named.get(what, "") if preset else ""
    return next((code for code in codes if code.symbol == symbol), None)
