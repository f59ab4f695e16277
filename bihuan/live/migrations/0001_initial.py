import django.db.models.deletion
from django.db import migrations, models

import bihuan.domains.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Audit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", bihuan.domains.fields.LocalTime()),
                ("began", bihuan.domains.fields.LocalTime()),
                ("seconds", models.FloatField(default=0)),
                ("rows", models.BigIntegerField(default=0)),
                ("holes", models.IntegerField(default=0)),
                ("differences", models.IntegerField(default=0)),
                ("sample", models.JSONField(default=list)),
            ],
            options={
                "db_table": "live_audit",
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", bihuan.domains.fields.LocalTime()),
                ("kind", models.TextField(choices=[("save", "录入"), ("retract", "作废"), ("import", "导入")])),
                ("by", models.TextField(blank=True)),
                ("token", models.TextField(null=True, unique=True)),
                ("sources", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "live_batch",
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.BigIntegerField()),
                ("ledger", models.TextField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
            ],
            options={
                "db_table": "live_change",
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("ahead", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "live_clock",
            },
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                ("hole", models.TextField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "live_due",
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", bihuan.domains.fields.LocalTime()),
                ("kind", models.TextField()),
                ("said", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "live_event",
            },
        ),
        migrations.CreateModel(
            name="Hole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hole", models.TextField()),
                ("subject", models.TextField()),
                ("item", models.TextField(blank=True)),
                ("state", models.TextField(choices=[("open", "未闭合"), ("pending", "待办"), ("closed", "已闭合")])),
                ("severity", models.TextField()),
                ("subject_kind", models.TextField()),
                ("area", models.TextField(null=True)),
                ("unit", models.TextField(null=True)),
                ("person", models.TextField(null=True)),
                ("seek", models.TextField(null=True)),
                ("role", models.TextField(null=True)),
                ("taken", models.TextField(null=True)),
                ("opens", bihuan.domains.fields.LocalTime(null=True)),
                ("due", bihuan.domains.fields.LocalTime(null=True)),
                ("since", bihuan.domains.fields.LocalTime(null=True)),
                ("owner", models.TextField(null=True)),
                ("owner_name", models.TextField(null=True)),
                ("escalated_to", models.TextField(null=True)),
                ("order", models.TextField(null=True)),
                ("evidence", models.TextField(null=True)),
                ("text_zh", models.TextField(default="")),
                ("text_en", models.TextField(default="")),
                ("remedy_zh", models.TextField(default="")),
                ("remedy_en", models.TextField(default="")),
                ("first_seen", bihuan.domains.fields.LocalTime(null=True)),
                ("opened_at", bihuan.domains.fields.LocalTime(null=True)),
                ("closed_at", bihuan.domains.fields.LocalTime(null=True)),
                ("reopened", models.IntegerField(default=0)),
                ("moved", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "live_hole",
                "indexes": [
                    models.Index(
                        fields=["state", "severity", "since", "hole", "subject", "item"], name="live_hole_list"
                    ),
                    models.Index(fields=["state", "area"], name="live_hole_area"),
                    models.Index(fields=["state", "owner"], name="live_hole_owner"),
                    models.Index(fields=["subject"], name="live_hole_subject"),
                    models.Index(fields=["person"], name="live_hole_person"),
                    models.Index(fields=["unit"], name="live_hole_unit"),
                    models.Index(fields=["closed_at"], name="live_hole_closed"),
                    models.Index(fields=["hole", "item"], name="live_hole_item"),
                ],
                "constraints": [models.UniqueConstraint(fields=("hole", "subject", "item"), name="live_hole_id")],
            },
        ),
        migrations.CreateModel(
            name="Span",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", bihuan.domains.fields.LocalTime(null=True)),
                ("opened_at", bihuan.domains.fields.LocalTime()),
                ("closed_at", bihuan.domains.fields.LocalTime(null=True)),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="spans", to="live.hole"
                    ),
                ),
            ],
            options={
                "db_table": "live_span",
                "indexes": [
                    models.Index(fields=["opened_at"], name="live_span_opened"),
                    models.Index(fields=["closed_at"], name="live_span_closed"),
                ],
            },
        ),
    ]
