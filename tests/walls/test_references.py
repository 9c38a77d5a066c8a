"""Deleting a row looks at whatever refers to it: without an index, at all of the school's rows, once for each."""

import psycopg

LOOKED_THROUGH = """
SELECT r.conrelid::regclass::text, r.conname FROM pg_constraint r
WHERE r.contype = 'f' AND r.confrelid = 'people_student'::regclass AND NOT EXISTS (
  SELECT FROM pg_index i WHERE i.indrelid = r.conrelid AND i.indpred IS NULL
    AND r.conkey @> (i.indkey::int2[])[0:cardinality(r.conkey) - 1]
)
ORDER BY 1
"""
"""References to students that no whole index begins with."""


def test_whatever_refers_to_a_student_is_found_by_an_index(owner: psycopg.Connection):
    assert owner.execute(LOOKED_THROUGH).fetchall() == []


def test_a_reference_without_an_index_is_noticed(owner: psycopg.Connection):
    owner.execute("DROP INDEX mark_by_student")

    assert [table for table, _name in owner.execute(LOOKED_THROUGH)] == ["attendance_mark"]
