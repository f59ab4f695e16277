import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

ASKED = """
CREATE FUNCTION briefing_ask(task text, pk bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)
  VALUES ('briefings', task, task || ' ' || pk, jsonb_build_object('pk', pk))
$$;
REVOKE ALL ON FUNCTION briefing_ask FROM PUBLIC;
CREATE FUNCTION briefing_asked() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM briefing_ask(TG_ARGV[0], NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER briefing_drafted AFTER INSERT ON briefing
  FOR EACH ROW EXECUTE FUNCTION briefing_asked('briefings.draw');
CREATE TRIGGER briefing_released AFTER UPDATE OF released_at ON briefing
  FOR EACH ROW WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)
  EXECUTE FUNCTION briefing_asked('briefings.draw');
CREATE TRIGGER briefing_rerun_asked AFTER INSERT ON briefing_rerun
  FOR EACH ROW EXECUTE FUNCTION briefing_asked('briefings.repeat');
"""
"""A row that is written is a job that is asked for, in the same transaction: the desk's role needs no right to jobs."""

UNASKED = """
DROP TRIGGER briefing_drafted ON briefing; DROP TRIGGER briefing_released ON briefing;
DROP TRIGGER briefing_rerun_asked ON briefing_rerun; DROP FUNCTION briefing_asked; DROP FUNCTION briefing_ask;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("briefings", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.AddField("briefing", "base", models.TextField(blank=True, default="")),
        migrations.AddField("briefing", "step", models.TextField(blank=True, default="")),
        migrations.AddField("briefing", "share", models.SmallIntegerField(default=0)),
        migrations.CreateModel(
            name="Drawn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "briefing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drawn", to="briefings.briefing"
                    ),
                ),
                ("lang", models.TextField()),
                ("ending", models.TextField()),
                ("number", models.TextField(blank=True)),
                ("body", models.BinaryField()),
                ("fault", models.TextField(blank=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "briefing_drawn",
                "constraints": [
                    models.UniqueConstraint(fields=("briefing", "lang", "ending", "number"), name="briefing_drawn_once")
                ],
            },
        ),
        migrations.RunSQL(ASKED, UNASKED),
    ]
