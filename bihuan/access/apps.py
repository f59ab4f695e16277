from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "bihuan.access"
    label = "access"
    verbose_name = "谁能看什么"
    default_auto_field = "django.db.models.BigAutoField"
