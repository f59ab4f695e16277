from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "bihuan.domains.places"
    verbose_name = "环境与场所"
    default_auto_field = "django.db.models.BigAutoField"
