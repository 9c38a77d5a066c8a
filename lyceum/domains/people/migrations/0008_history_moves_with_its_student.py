"""For tables that are only ever added to and name a student: when two records become one, their rows move along.

The rule of merging says so for its own transaction (`app.merging`); to everything else the tables stay closed.
"""

from django.db import migrations

_FORWARD = """
CREATE FUNCTION people_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('app.merging', true) = 'on' OR pg_catalog.pg_has_role(
      current_user, (SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0007_records")]

    operations = [migrations.RunSQL(_FORWARD, "DROP FUNCTION people_history()")]
