from django.apps import AppConfig

from bihuan.domains.organisation import TITLE


class OrganisationConfig(AppConfig):
    name = "bihuan.domains.organisation"
    verbose_name = TITLE[0]
    default_auto_field = "django.db.models.BigAutoField"
