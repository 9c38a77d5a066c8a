"""Points are only ever added; but when two records of one student become one, they move along."""

from django.db import migrations

_TRIGGER = """
DROP TRIGGER append_only ON behaviour_pointentry;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON behaviour_pointentry
  FOR EACH ROW EXECUTE FUNCTION {function}()
"""


class Migration(migrations.Migration):
    dependencies = [("behaviour", "0003_detentions"), ("people", "0008_history_moves_with_its_student")]

    operations = [
        migrations.RunSQL(_TRIGGER.format(function="people_history"), _TRIGGER.format(function="journal_append_only")),
    ]
