"""A student's history is only ever added to; but when two records of one student become one, it moves along.

The rule of merging says so for its own transaction (`app.merging`); to everything else the tables stay closed.
"""

from django.db import migrations

_FORWARD = """
CREATE FUNCTION attendance_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('app.merging', true) = 'on' OR pg_catalog.pg_has_role(
      current_user, (SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER append_only ON attendance_markchange;
DROP TRIGGER append_only ON attendance_sessionmarkpast;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON attendance_markchange
  FOR EACH ROW EXECUTE FUNCTION attendance_history();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON attendance_sessionmarkpast
  FOR EACH ROW EXECUTE FUNCTION attendance_history();
"""
_BACKWARD = """
DROP FUNCTION attendance_history() CASCADE;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON attendance_markchange
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON attendance_sessionmarkpast
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0008_gate_and_cover")]

    operations = [migrations.RunSQL(_FORWARD, _BACKWARD)]
