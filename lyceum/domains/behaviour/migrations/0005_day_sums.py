"""Days in numbers, kept by the database itself.

A statement that writes parts or incidents hands over what was there and what is there now; the difference is added to
the sums of those days. Adding is the same in whatever order, so two acts on one day need not know of each other. What
makes no difference (a draft, an answer to a contest) writes nothing. Rows are taken in one order, so that two
statements cannot wait for each other.
"""

import django.db.models.deletion
from django.db import migrations, models

import lyceum.core.ids
import lyceum.core.schools

_COUNTED = """
SELECT {sign} AS sign, i.school_id, i."on", i.confidential, i.type_id, i.severity, i.location_id, i.place, i.period,
  i.reported_by_name, p.student_id, p.points
FROM {parts} p JOIN {incidents} i ON i.school_id = p.school_id AND i.id = p.incident_id
WHERE i.state IN ('approved', 'closed') AND p.role IN ('involved', 'instigator')
"""

_ADD = """
  INSERT INTO behaviour_daysum AS held (id, school_id, "on", axis, key, confidential, praise, concerns, notes, points)
  SELECT gen_random_uuid(), d.* FROM (
    SELECT w.school_id, w."on", a.axis, left(a.key, 200), w.confidential,
      COALESCE(sum(w.sign) FILTER (WHERE t.polarity = 'positive'), 0) AS praise,
      COALESCE(sum(w.sign) FILTER (WHERE t.polarity = 'negative'), 0) AS concerns,
      COALESCE(sum(w.sign) FILTER (WHERE t.polarity = 'neutral'), 0) AS notes,
      sum(w.sign * w.points) AS points
    FROM ({counted}) w
    JOIN behaviour_incidenttype t ON t.school_id = w.school_id AND t.id = w.type_id
    CROSS JOIN LATERAL (VALUES
      ('student', w.student_id::text), ('type', w.type_id::text), ('severity', w.severity::text),
      ('place', COALESCE(w.location_id::text, w.place)), ('period', w.period), ('reporter', w.reported_by_name)
    ) AS a(axis, key)
    GROUP BY 1, 2, 3, 4, 5
  ) d
  WHERE (d.praise, d.concerns, d.notes, d.points) <> (0, 0, 0, 0)
  ORDER BY 2, 3, 4, 5, 6
  ON CONFLICT (school_id, axis, "on", key, confidential) DO UPDATE SET
    praise = held.praise + excluded.praise, concerns = held.concerns + excluded.concerns,
    notes = held.notes + excluded.notes, points = held.points + excluded.points;
"""

# Who counts a whole school anew waits for whoever is adding, and the other way round; adders do not wait here.
_LOCKS = """
CREATE FUNCTION behaviour_sums_key() RETURNS bigint LANGUAGE sql SET search_path = public, pg_temp AS $$
  SELECT hashtextextended(
    'behaviour sums|' || COALESCE(NULLIF(current_setting('app.school_id', true), '')::int, 0), 0)
$$;
CREATE FUNCTION behaviour_lock_sums() RETURNS void LANGUAGE sql SET search_path = public, pg_temp AS $$
  SELECT pg_advisory_xact_lock(behaviour_sums_key())
$$;
"""

_FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS ({counted}) THEN  -- a draft, a rejection: the usual case, and the cheap one
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(behaviour_sums_key());
{add}
  RETURN NULL;
END $$;
CREATE TRIGGER {trigger} AFTER {act} ON {table} REFERENCING {given}
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""

_RECOUNT = """
CREATE FUNCTION behaviour_recount() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM behaviour_lock_sums();
  DELETE FROM behaviour_daysum WHERE school_id = NULLIF(current_setting('app.school_id', true), '')::int;
{add}
END $$
"""

PARTS, INCIDENTS = "behaviour_participant", "behaviour_incident"


def _counted(*counted: tuple[int, str, str]) -> str:
    """What came and what went: sign, source of parts, source of incidents."""
    sources = [_COUNTED.format(sign=sign, parts=parts, incidents=incidents) for sign, parts, incidents in counted]
    return "UNION ALL".join(sources)


def _add(*counted: tuple[int, str, str]) -> str:
    """The statement that adds what came and takes away what went."""
    return _ADD.format(counted=_counted(*counted))


def _function(name: str, table: str, act: str, given: str, *counted: tuple[int, str, str]) -> str:
    return _FUNCTION.format(
        name=f"behaviour_{name}", trigger=f"counted_{act.lower()}", act=act, table=table, given=given,
        counted=_counted(*counted), add=_add(*counted),
    )  # fmt: skip


_OLD, _NEW = "OLD TABLE AS gone", "NEW TABLE AS come"
_TRIGGERS = (
    _function("parts_came", PARTS, "INSERT", _NEW, (1, "come", INCIDENTS))
    + _function("parts_went", PARTS, "DELETE", _OLD, (-1, "gone", INCIDENTS))
    + _function("parts_changed", PARTS, "UPDATE", f"{_OLD} {_NEW}", (-1, "gone", INCIDENTS), (1, "come", INCIDENTS))
    + _function("incidents_changed", INCIDENTS, "UPDATE", f"{_OLD} {_NEW}", (-1, PARTS, "gone"), (1, PARTS, "come"))
)

_WHAT_IS_THERE = """
DO $$
DECLARE
  school int;
BEGIN
  FOR school IN SELECT id FROM tenancy_school LOOP
    PERFORM set_config('app.school_id', school::text, true);
    PERFORM behaviour_recount();
  END LOOP;
  PERFORM set_config('app.school_id', '', true);
END $$
"""

_DOWN = """
DROP FUNCTION behaviour_recount();
DROP FUNCTION behaviour_parts_came() CASCADE;
DROP FUNCTION behaviour_parts_went() CASCADE;
DROP FUNCTION behaviour_parts_changed() CASCADE;
DROP FUNCTION behaviour_incidents_changed() CASCADE;
DROP FUNCTION behaviour_lock_sums();
DROP FUNCTION behaviour_sums_key();
"""


class Migration(migrations.Migration):
    dependencies = [("behaviour", "0004_points_move_with_their_student"), ("tenancy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DaySum",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("on", models.DateField()),
                (
                    "axis",
                    models.CharField(
                        choices=[
                            ("student", "Student"),
                            ("type", "Type"),
                            ("severity", "Severity"),
                            ("place", "Place"),
                            ("period", "Period"),
                            ("reporter", "Reporter"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=200)),
                ("confidential", models.BooleanField()),
                ("praise", models.IntegerField()),
                ("concerns", models.IntegerField()),
                ("notes", models.IntegerField()),
                ("points", models.IntegerField()),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("school", "axis", "on", "key", "confidential"), name="day_sum_once")
                ],
            },
        ),
        migrations.RunSQL(_LOCKS + _TRIGGERS + _RECOUNT.format(add=_add((1, PARTS, INCIDENTS))), _DOWN),
        migrations.RunSQL(_WHAT_IS_THERE, migrations.RunSQL.noop),
    ]
