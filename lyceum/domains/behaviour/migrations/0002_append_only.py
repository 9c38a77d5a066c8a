from django.db import migrations

_TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON behaviour_pointentry
  FOR EACH ROW EXECUTE FUNCTION journal_append_only()
"""


class Migration(migrations.Migration):
    dependencies = [("behaviour", "0001_initial"), ("journal", "0002_append_only")]

    operations = [migrations.RunSQL(_TRIGGER, "DROP TRIGGER append_only ON behaviour_pointentry")]
