import django.db.models.functions.datetime
from django.db import migrations, models

ASKED = """
CREATE FUNCTION desk_ask(task text, pk bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)
  VALUES ('uploads', task, 'desk.upload ' || pk, jsonb_build_object('pk', pk))
$$;
REVOKE ALL ON FUNCTION desk_ask FROM PUBLIC;
CREATE FUNCTION desk_asked() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM desk_ask(TG_ARGV[0], NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER desk_uploaded AFTER INSERT ON desk_upload
  FOR EACH ROW EXECUTE FUNCTION desk_asked('desk.see');
CREATE TRIGGER desk_upload_asked AFTER UPDATE OF state ON desk_upload
  FOR EACH ROW WHEN (OLD.state <> 'asked' AND NEW.state = 'asked') EXECUTE FUNCTION desk_asked('desk.take');
"""
"""A row that is written is a job that is asked for, in the same transaction: the desk's role needs no right to jobs."""

UNASKED = """
DROP TRIGGER desk_uploaded ON desk_upload; DROP TRIGGER desk_upload_asked ON desk_upload;
DROP FUNCTION desk_asked; DROP FUNCTION desk_ask;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_tally"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.TextField(unique=True)),
                ("by_account", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("began", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("files", models.JSONField()),
                ("lang", models.TextField(default="zh")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("reading", "在读"),
                            ("seen", "待登账"),
                            ("asked", "在登账"),
                            ("done", "已登账"),
                            ("refused", "不能登账"),
                            ("failed", "没有做成"),
                        ],
                        default="reading",
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "desk_upload",
                "indexes": [models.Index(fields=["by_account", "-id"], name="desk_upload_own")],
            },
        ),
        migrations.RunSQL(ASKED, UNASKED),
    ]
