from django.db import migrations, models

import bihuan.domains.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Gathering",
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
                ("gathering", models.TextField()),
                ("kind", models.TextField(null=True)),
                ("area", models.TextField(null=True)),
                ("host", models.TextField(blank=True, null=True)),
                ("planned_at", bihuan.domains.fields.LocalTime(null=True)),
                ("planned_heads", models.BigIntegerField(blank=True, null=True)),
                ("plan", models.BooleanField(blank=True, null=True)),
                ("approved_by", models.TextField(blank=True, null=True)),
                ("approved_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("held_at", bihuan.domains.fields.LocalTime(blank=True, null=True)),
                ("heads", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "聚集活动",
                "verbose_name_plural": "聚集活动",
                "db_table": "ledger_gatherings",
            },
        ),
        migrations.CreateModel(
            name="SiteCheck",
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
                ("unit", models.TextField(null=True)),
                ("at", bihuan.domains.fields.LocalTime(null=True)),
                ("three_zones", models.BooleanField(blank=True, null=True)),
                ("two_passages", models.BooleanField(blank=True, null=True)),
                ("disinfected", models.BooleanField(blank=True, null=True)),
                ("waste", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "隔离点核验",
                "verbose_name_plural": "隔离点核验",
                "db_table": "ledger_site_checks",
            },
        ),
        migrations.CreateModel(
            name="VenueDay",
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
                ("unit", models.TextField(null=True)),
                ("day", models.DateField(null=True)),
                ("scanned", models.BooleanField(blank=True, null=True)),
                ("temperature", models.BooleanField(blank=True, null=True)),
                ("masks", models.BooleanField(blank=True, null=True)),
                ("disinfected", models.BooleanField(blank=True, null=True)),
                ("open", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "场所日查",
                "verbose_name_plural": "场所日查",
                "db_table": "ledger_venue_days",
            },
        ),
    ]
