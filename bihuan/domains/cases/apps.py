from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "bihuan.domains.cases"
    verbose_name = "检测与病例"
    default_auto_field = "django.db.models.BigAutoField"
