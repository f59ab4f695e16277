from django.apps import AppConfig


class PressureConfig(AppConfig):
    name = "bihuan.pressure"
    label = "pressure"
    verbose_name = "催办"
    default_auto_field = "django.db.models.BigAutoField"
