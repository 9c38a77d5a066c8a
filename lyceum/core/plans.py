"""Plans made for the values that a statement comes with."""

from django.db import connection


def plan_anew() -> None:
    """Until the transaction ends, plan each statement for its own values, not once for all.

    For statements over long spans of days: a plan for any span at all takes a day for likely and joins row by row,
    which takes a hundred times as long for a year.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
