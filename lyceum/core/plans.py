"""Plans made for what a statement is about, where what PostgreSQL knows of the tables leads it astray."""

from django.db import connection


def plan_anew() -> None:
    """Until the transaction ends, plan each statement for its own values, not once for all.

    For statements over long spans of days: a plan for any span at all takes a day for likely and joins row by row,
    which takes a hundred times as long for a year.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def join_whole_tables() -> None:
    """Until the transaction ends, join tables each read once, never row by row.

    For statements over all that a school has: of rows that came a minute ago the statistics say that there are none,
    and to read a table anew for each of "one" rows takes minutes where there are ten thousands.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
