"""From the secret in the address at which a carrier reports to its school; and reports that wait for their message."""

import django.db.models.deletion
from django.db import migrations, models

# The owner of the tables stands before the walls as everybody does: one school after the other.
OPEN_HOOKS = """
DO $$
DECLARE school integer;
BEGIN
  FOR school IN SELECT id FROM tenancy_school LOOP
    PERFORM set_config('app.school_id', school::text, true);
    INSERT INTO notifications_hook (token_hash, school_id, provider)
    SELECT sha256(convert_to(hook_token, 'UTF8')), school_id, id FROM notifications_provider WHERE school_id = school;
  END LOOP;
  PERFORM set_config('app.school_id', '', true);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Hook",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("provider", models.UUIDField(unique=True)),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.school",
                    ),
                ),
            ],
        ),
        migrations.AddField("provider", "forged", models.PositiveIntegerField(default=0)),
        migrations.AddField("providerevent", "applied_at", models.DateTimeField(null=True)),
        migrations.AddField("providerevent", "message", models.CharField(blank=True, max_length=200)),
        migrations.AddIndex(
            "providerevent",
            models.Index(
                condition=models.Q(("applied_at__isnull", True)),
                fields=["school", "provider", "message"],
                name="provider_event_waits",
            ),
        ),
        migrations.RunSQL(OPEN_HOOKS, migrations.RunSQL.noop),
    ]
