from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "bihuan.desk"
    verbose_name = "指挥台"
    default_auto_field = "django.db.models.BigAutoField"
