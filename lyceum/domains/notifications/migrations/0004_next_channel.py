"""The next channel of something urgent; and whose report it is that the installation's carrier makes."""

import django.db.models.deletion
from django.db import migrations, models

import lyceum.core.schools


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_push_devices"), ("tenancy", "0001_initial")]

    operations = [
        migrations.AddField("delivery", "in_reserve", models.BooleanField(default=False, db_default=False)),
        migrations.CreateModel(
            name="CarriedFor",
            fields=[
                ("key_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
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
        migrations.AddField("providerevent", "carrier", models.CharField(blank=True, db_default="", max_length=10)),
        migrations.AlterField(
            "providerevent",
            "provider",
            lyceum.core.schools.SchoolForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="notifications.provider",
            ),
        ),
        migrations.AddConstraint(
            "providerevent",
            models.UniqueConstraint(
                condition=models.Q(("provider__isnull", True)),
                fields=("school", "carrier", "event"),
                name="installation_event_once",
            ),
        ),
    ]
