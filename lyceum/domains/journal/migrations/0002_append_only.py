from django.db import migrations

_TRIGGER = """
CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Whoever owns the table keeps retention; the application only ever adds.
  IF pg_catalog.pg_has_role(current_user, (SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_auditentry
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_operatorentry
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER append_only BEFORE DELETE ON journal_fact
  FOR EACH ROW EXECUTE FUNCTION journal_append_only();
"""

_ANSWERS = """
ALTER TABLE journal_idempotencyrecord ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_idempotencyrecord FORCE ROW LEVEL SECURITY;
CREATE POLICY school_wall ON journal_idempotencyrecord
  USING (school_id IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('app.school_id', true), '')::int))
  WITH CHECK (school_id IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('app.school_id', true), '')::int));
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunSQL(_TRIGGER, "DROP FUNCTION journal_append_only() CASCADE"),
        migrations.RunSQL(_ANSWERS, "DROP POLICY school_wall ON journal_idempotencyrecord"),
    ]
