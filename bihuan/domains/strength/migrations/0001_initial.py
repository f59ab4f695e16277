from django.db import migrations, models

import bihuan.domains.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Drill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("recorded_by", models.TextField(blank=True, null=True)),
                ("retracted", models.BooleanField(blank=True, null=True)),
                ("from_batch", models.BigIntegerField(editable=False, null=True)),
                ("from_source", models.IntegerField(editable=False, null=True)),
                ("from_line", models.BigIntegerField(editable=False, null=True)),
                ("replaced_by", models.BigIntegerField(editable=False, null=True)),
                ("latest", models.BooleanField(db_default=True, default=True, editable=False)),
                ("drill", models.TextField()),
                ("plan", models.TextField(null=True)),
                ("at", bihuan.domains.fields.LocalTime(null=True)),
                ("kind", models.TextField(null=True)),
                ("hours", models.FloatField(blank=True, null=True)),
                ("met", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "演练",
                "verbose_name_plural": "演练",
                "db_table": "ledger_drills",
            },
        ),
        migrations.CreateModel(
            name="EmergencyPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("recorded_by", models.TextField(blank=True, null=True)),
                ("retracted", models.BooleanField(blank=True, null=True)),
                ("from_batch", models.BigIntegerField(editable=False, null=True)),
                ("from_source", models.IntegerField(editable=False, null=True)),
                ("from_line", models.BigIntegerField(editable=False, null=True)),
                ("replaced_by", models.BigIntegerField(editable=False, null=True)),
                ("latest", models.BooleanField(db_default=True, default=True, editable=False)),
                ("plan", models.TextField()),
                ("kind", models.TextField(null=True)),
                ("area", models.TextField(null=True)),
                ("approved_at", bihuan.domains.fields.LocalTime(null=True)),
                ("revised_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("target_hours", models.FloatField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "应急预案",
                "verbose_name_plural": "应急预案",
                "db_table": "ledger_emergency_plans",
            },
        ),
        migrations.CreateModel(
            name="PlanAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("recorded_by", models.TextField(blank=True, null=True)),
                ("retracted", models.BooleanField(blank=True, null=True)),
                ("from_batch", models.BigIntegerField(editable=False, null=True)),
                ("from_source", models.IntegerField(editable=False, null=True)),
                ("from_line", models.BigIntegerField(editable=False, null=True)),
                ("replaced_by", models.BigIntegerField(editable=False, null=True)),
                ("latest", models.BooleanField(db_default=True, default=True, editable=False)),
                ("row", models.TextField()),
                ("plan", models.TextField(null=True)),
                ("grid", models.TextField(null=True)),
                ("team", models.TextField(blank=True, null=True)),
                ("officer", models.TextField(blank=True, null=True)),
                ("site", models.TextField(blank=True, null=True)),
                ("start_hour", models.FloatField(blank=True, null=True)),
                ("end_hour", models.FloatField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "预案分工",
                "verbose_name_plural": "预案分工",
                "db_table": "ledger_plan_assignments",
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("recorded_by", models.TextField(blank=True, null=True)),
                ("retracted", models.BooleanField(blank=True, null=True)),
                ("from_batch", models.BigIntegerField(editable=False, null=True)),
                ("from_source", models.IntegerField(editable=False, null=True)),
                ("from_line", models.BigIntegerField(editable=False, null=True)),
                ("replaced_by", models.BigIntegerField(editable=False, null=True)),
                ("latest", models.BooleanField(db_default=True, default=True, editable=False)),
                ("team", models.TextField()),
                ("kind", models.TextField(null=True)),
                ("area", models.TextField(null=True)),
                ("headcount", models.BigIntegerField(null=True)),
                ("lead", models.TextField(blank=True, null=True)),
                ("phone", models.TextField(blank=True, null=True)),
                ("trained_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("since", bihuan.domains.fields.LocalTime(null=True)),
                ("until", bihuan.domains.fields.LocalTime(blank=True, null=True)),
            ],
            options={
                "verbose_name": "队伍力量",
                "verbose_name_plural": "队伍力量",
                "db_table": "ledger_teams",
            },
        ),
    ]
