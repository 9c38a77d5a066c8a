"""The sequencer: facts that may be told outside get their numbers once they are committed.

A plain `id > last` would pass over whatever commits late. Here a fact waits without a number until somebody sees it:
one sequencer a school at a time gives numbers, without gaps, to all that it sees, in the order of (`at`, id). What an
effect was caused by was committed before the effect began, so it is seen and numbered no later.
"""

from django.db import connection, transaction

from lyceum.core.schools import current_school

AT_ONCE = 1_000
"""Facts that one statement numbers."""
LOCK = 0x4C59_0012
"""Any number, as long as every process takes the same one; the school is the second half of the lock."""

_LOCK = "SELECT pg_advisory_xact_lock(%s, %s)"
_STAMP = """
WITH waiting AS (
  SELECT id, row_number() OVER (ORDER BY at, id) AS n FROM (
    SELECT id, at FROM journal_fact WHERE school_id = %(school)s AND leaves AND seq IS NULL ORDER BY at, id
    LIMIT %(most)s
  ) AS first
), last AS (SELECT COALESCE(max(seq), 0) AS seq FROM journal_fact WHERE school_id = %(school)s)
UPDATE journal_fact AS fact SET seq = last.seq + waiting.n FROM waiting, last
WHERE fact.school_id = %(school)s AND fact.id = waiting.id
"""


def stamp_facts(*, most: int = AT_ONCE) -> int:
    """Number what is committed and has no number yet, at most so much at once. Returns how many.

    Writers wait for nothing here; a second sequencer of the school waits for the first to commit.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, [LOCK, current_school()])
        cursor.execute(_STAMP, {"school": current_school(), "most": most})  # sees what the one before it numbered
        return int(cursor.rowcount)


def stamp_all() -> None:
    """Number everything that is committed by now."""
    while stamp_facts() == AT_ONCE:
        pass
