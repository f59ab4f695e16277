from django.apps import AppConfig


class StrengthConfig(AppConfig):
    name = "bihuan.domains.strength"
    verbose_name = "预案与力量"
    default_auto_field = "django.db.models.BigAutoField"
