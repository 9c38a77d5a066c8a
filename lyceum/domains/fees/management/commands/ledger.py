"""`lyceum ledger`: whether a school's books are right."""

from typing import Any

from lyceum.core.commands import Answer
from lyceum.core.errors import RuleError
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.fees.verifying import verify_books


class BooksWrongError(RuleError):
    """Something in the books is not as it must be."""

    code = "books_wrong"


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Look after the ledger of a school's fees."

    def add_acts(self) -> None:
        self.add_act("verify", "look whether entries balance and numbers have no gap; exit 1 where not")

    def act_verify(self, _options: dict[str, Any]) -> Answer:
        wrong = verify_books(actor=self.actor)
        if wrong:
            raise BooksWrongError("\n".join(wrong), wrong=wrong)
        return Answer(["The books are right."], {"wrong": []})
