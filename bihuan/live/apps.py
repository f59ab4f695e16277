from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "bihuan.live"
    verbose_name = "活账"
    default_auto_field = "django.db.models.BigAutoField"
