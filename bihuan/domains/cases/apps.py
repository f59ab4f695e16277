from django.apps import AppConfig

from bihuan.domains.cases import TITLE


class CasesConfig(AppConfig):
    name = "bihuan.domains.cases"
    verbose_name = TITLE[0]
    default_auto_field = "django.db.models.BigAutoField"
