import django.db.models.functions.datetime
from django.db import migrations, models

# Desks that began with Django's own accounts keep their administrators.
CARRY_OVER = """
DO $$ BEGIN
  IF to_regclass('auth_user') IS NOT NULL THEN
    INSERT INTO access_account (username, password, name, role, "group", whole, area, unit, officer, by_duty, made_by,
                                new_password)
    SELECT username, password, last_name || first_name, '管理员', '', true, '', '', '', false, '', false
      FROM auth_user WHERE is_superuser AND is_active ON CONFLICT DO NOTHING;
  END IF;
END $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.TextField(unique=True)),
                ("name", models.TextField(blank=True)),
                ("role", models.TextField()),
                ("group", models.TextField(blank=True)),
                ("whole", models.BooleanField(default=False)),
                ("area", models.TextField(blank=True)),
                ("unit", models.TextField(blank=True)),
                ("officer", models.TextField(blank=True)),
                ("by_duty", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("made_by", models.TextField(blank=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("new_password", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "access_account",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area", ""), ("unit", ""), ("whole", True)),
                            models.Q(("unit", ""), ("whole", False), models.Q(("area", ""), _negated=True)),
                            models.Q(("area", ""), ("whole", False), models.Q(("unit", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="access_account_bound",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_duty", False), models.Q(("officer", ""), _negated=True), _connector="OR"
                        ),
                        name="access_account_duty",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
    ]
