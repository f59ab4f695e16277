from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by_account", models.BigIntegerField()),
                ("username", models.TextField()),
                ("name", models.TextField(blank=True)),
                ("role", models.TextField()),
                ("person", models.TextField()),
                ("where", models.TextField()),
                ("why", models.TextField(blank=True)),
                ("address", models.TextField(blank=True)),
            ],
            options={
                "db_table": "access_look",
                "indexes": [
                    models.Index(fields=["person", "-id"], name="access_look_person"),
                    models.Index(fields=["by_account", "person", "-at"], name="access_look_account"),
                    models.Index(fields=["at"], name="access_look_at"),
                ],
            },
        ),
    ]
