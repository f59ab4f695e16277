from django.apps import AppConfig

from bihuan.domains.people import TITLE


class PeopleConfig(AppConfig):
    name = "bihuan.domains.people"
    verbose_name = TITLE[0]
    default_auto_field = "django.db.models.BigAutoField"
