from django.apps import AppConfig

from bihuan.domains.places import TITLE


class PlacesConfig(AppConfig):
    name = "bihuan.domains.places"
    verbose_name = TITLE[0]
    default_auto_field = "django.db.models.BigAutoField"
