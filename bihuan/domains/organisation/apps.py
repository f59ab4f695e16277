from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "bihuan.domains.organisation"
    verbose_name = "指挥与责任"
    default_auto_field = "django.db.models.BigAutoField"
