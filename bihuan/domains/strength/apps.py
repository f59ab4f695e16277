from django.apps import AppConfig

from bihuan.domains.strength import TITLE


class StrengthConfig(AppConfig):
    name = "bihuan.domains.strength"
    verbose_name = TITLE[0]
    default_auto_field = "django.db.models.BigAutoField"
