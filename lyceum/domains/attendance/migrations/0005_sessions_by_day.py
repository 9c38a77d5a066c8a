"""A day of a whole school without walking through its year: absences, presence, rates."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("attendance", "0004_devices_and_conflicts")]

    operations = [
        migrations.RunSQL(
            [
                'CREATE INDEX session_mark_by_day ON attendance_sessionmark (school_id, "on")',
                'CREATE INDEX day_summary_by_day ON attendance_daysummary (school_id, "on")',
            ],
            "DROP INDEX session_mark_by_day, day_summary_by_day",
        ),
    ]
