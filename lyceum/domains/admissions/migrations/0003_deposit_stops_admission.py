from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admissions", "0002_reviewers_of_steps"),
    ]

    operations = [
        migrations.AddField(
            model_name="intake",
            name="needs_deposit",
            field=models.BooleanField(default=False),
        ),
    ]
