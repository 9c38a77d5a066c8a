"""Keeps the occupancy of published versions, whoever writes their lessons: a clash is refused by its unique key."""

from django.db import migrations

_OCCUPY = """
CREATE FUNCTION timetable_occupy(of_school int, of_lesson uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  planned record;
  taken_periods smallint[];
BEGIN
  SELECT l.*, v.effective_from, v.year_id INTO planned
  FROM timetable_plannedlesson l JOIN timetable_version v ON v.school_id = of_school AND v.id = l.version_id
  WHERE l.school_id = of_school AND l.id = of_lesson AND v.state = 'published';
  IF NOT FOUND THEN
    RETURN;
  END IF;
  DELETE FROM timetable_occupancy WHERE school_id = of_school AND lesson_id = of_lesson;
  IF planned.day IS NULL THEN
    RETURN;
  END IF;
  taken_periods := ARRAY(
    SELECT p.number FROM academics_cycle c
    JOIN academics_dayplan d ON d.school_id = of_school AND d.cycle_id = c.id AND d.day = planned.day
    JOIN academics_period p ON p.school_id = of_school AND p.schedule_id = d.schedule_id AND p.kind = 'teaching'
      AND p.number >= planned.period
    WHERE c.school_id = of_school AND c.year_id = planned.year_id
    ORDER BY p.number LIMIT planned.length);
  IF cardinality(taken_periods) < planned.length THEN
    taken_periods := ARRAY(SELECT planned.period + n FROM generate_series(0, planned.length - 1) n);
  END IF;
  INSERT INTO timetable_occupancy (id, school_id, version_id, lesson_id, day, period, kind, resource)
  SELECT gen_random_uuid(), of_school, planned.version_id, of_lesson, planned.day, n, kind, resource
  FROM unnest(taken_periods) n CROSS JOIN (
    SELECT 'room' AS kind, planned.room_id AS resource WHERE planned.room_id IS NOT NULL
    UNION SELECT 'teacher', staff_id FROM timetable_plannedteacher
      WHERE school_id = of_school AND lesson_id = of_lesson
    UNION SELECT 'class', class_id FROM timetable_plannedclass
      WHERE school_id = of_school AND lesson_id = of_lesson AND group_id IS NULL
    UNION SELECT 'student', m.student_id
      FROM timetable_plannedclass c
      LEFT JOIN timetable_group g ON g.school_id = of_school AND g.id = c.group_id
      JOIN academics_classmembership m ON m.school_id = of_school
        AND m.class_id = CASE WHEN c.group_id IS NULL THEN c.class_id ELSE g.taught_as_id END
        AND m.starts_on <= planned.effective_from
        AND (m.ends_on IS NULL OR m.ends_on >= planned.effective_from)
      WHERE c.school_id = of_school AND c.lesson_id = of_lesson
    UNION SELECT 'student', m.student_id
      FROM timetable_plannedclass c
      JOIN timetable_group g ON g.school_id = of_school AND g.id = c.group_id AND g.taught_as_id IS NULL
      JOIN timetable_groupmember m ON m.school_id = of_school AND m.group_id = g.id
      WHERE c.school_id = of_school AND c.lesson_id = of_lesson
  ) taken;
END $$
"""
_LESSON = """
CREATE FUNCTION timetable_lesson_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM timetable_occupancy WHERE school_id = OLD.school_id AND lesson_id = OLD.id;
    RETURN OLD;
  END IF;
  PERFORM timetable_occupy(NEW.school_id, NEW.id);
  RETURN NULL;
END $$
"""
_PART = """
CREATE FUNCTION timetable_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM timetable_occupy(OLD.school_id, OLD.lesson_id);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM timetable_occupy(NEW.school_id, NEW.lesson_id);
  END IF;
  RETURN NULL;
END $$
"""
_VERSION = """
CREATE FUNCTION timetable_version_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM timetable_occupancy WHERE school_id = NEW.school_id AND version_id = NEW.id;
  PERFORM timetable_occupy(school_id, id) FROM timetable_plannedlesson
  WHERE school_id = NEW.school_id AND version_id = NEW.id AND NEW.state = 'published';
  RETURN NULL;
END $$
"""
_TRIGGERS = [
    (
        "timetable_plannedlesson",
        "occupancy_kept",
        "AFTER INSERT OR UPDATE OF day, period, length, room_id, version_id",
        "timetable_lesson_changed()",
    ),
    ("timetable_plannedlesson", "occupancy_left", "BEFORE DELETE", "timetable_lesson_changed()"),
    ("timetable_plannedteacher", "occupancy_kept", "AFTER INSERT OR UPDATE OR DELETE", "timetable_part_changed()"),
    ("timetable_plannedclass", "occupancy_kept", "AFTER INSERT OR UPDATE OR DELETE", "timetable_part_changed()"),
    ("timetable_version", "occupancy_kept", "AFTER UPDATE OF state, effective_from", "timetable_version_changed()"),
]
_FUNCTIONS = [
    (_OCCUPY, "DROP FUNCTION timetable_occupy(int, uuid)"),
    (_LESSON, "DROP FUNCTION timetable_lesson_changed()"),
    (_PART, "DROP FUNCTION timetable_part_changed()"),
    (_VERSION, "DROP FUNCTION timetable_version_changed()"),
]


def _trigger(table: str, name: str, when: str, function: str) -> migrations.RunSQL:
    made = f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}"
    return migrations.RunSQL(made, f"DROP TRIGGER {name} ON {table}")


class Migration(migrations.Migration):
    dependencies = [("timetable", "0003_timetables"), ("academics", "0004_cycles_and_bells")]

    operations = [
        *[migrations.RunSQL(made, gone) for made, gone in _FUNCTIONS],
        *[_trigger(*each) for each in _TRIGGERS],
    ]
