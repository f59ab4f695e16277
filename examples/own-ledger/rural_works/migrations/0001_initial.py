from django.db import migrations, models

import bihuan.domains.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Arrear",
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
                ("arrear", models.TextField(blank=False, null=False)),
                ("project", models.TextField(blank=True, null=True)),
                ("kind", models.TextField(blank=False, null=True)),
                ("unit", models.TextField(blank=True, null=True)),
                ("area", models.TextField(blank=False, null=True)),
                ("person", models.TextField(blank=True, null=True)),
                ("amount", models.FloatField(blank=False, null=True)),
                ("found_at", bihuan.domains.fields.LocalTime(blank=False, null=True)),
                ("paid_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
            ],
            options={
                "verbose_name": "项目拖欠",
                "verbose_name_plural": "项目拖欠",
                "db_table": "ledger_arrears",
            },
        ),
        migrations.CreateModel(
            name="Household",
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
                ("person", models.TextField(blank=False, null=False)),
                ("kind", models.TextField(blank=False, null=True)),
                ("officer", models.TextField(blank=True, null=True)),
                ("since", bihuan.domains.fields.LocalTime(blank=False, null=True)),
                ("until", bihuan.domains.fields.LocalTime(blank=True, null=True)),
            ],
            options={
                "verbose_name": "帮扶户",
                "verbose_name_plural": "帮扶户",
                "db_table": "ledger_households_in_need",
            },
        ),
        migrations.CreateModel(
            name="SanitationWork",
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
                ("project", models.TextField(blank=False, null=False)),
                ("name", models.TextField(blank=False, null=True)),
                ("kind", models.TextField(blank=False, null=True)),
                ("area", models.TextField(blank=False, null=True)),
                ("task", models.TextField(blank=True, null=True)),
                ("officer", models.TextField(blank=True, null=True)),
                ("households", models.BigIntegerField(blank=True, null=True)),
                ("due", bihuan.domains.fields.LocalTime(blank=False, null=True)),
                ("finished_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("accepted_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("accepted_by", models.TextField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "环境整治工程",
                "verbose_name_plural": "环境整治工程",
                "db_table": "ledger_sanitation_works",
            },
        ),
    ]
