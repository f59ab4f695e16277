import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
    ]

    operations = [
        # Moments that were audited before have no tallies: they are audited anew when somebody asks for them.
        migrations.RunSQL("DELETE FROM desk_then; DELETE FROM desk_snapshot", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("standing", "现状"), ("since", "新增"), ("closed", "闭合")])),
                ("hole", models.TextField(blank=True)),
                ("state", models.TextField(blank=True)),
                ("severity", models.TextField(blank=True)),
                ("area", models.TextField(null=True)),
                ("owner", models.TextField(null=True)),
                ("hour", models.DateTimeField(null=True)),
                ("n", models.BigIntegerField()),
                ("since", models.DateTimeField(null=True)),
                ("lasted", models.DurationField(null=True)),
                ("timed", models.BigIntegerField(default=0)),
                ("snapshot", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="desk.snapshot")),
            ],
            options={
                "db_table": "desk_tally",
                "indexes": [models.Index(fields=["snapshot", "kind", "state"], name="desk_tally_of")],
            },
        ),
    ]
