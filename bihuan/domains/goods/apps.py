from django.apps import AppConfig


class GoodsConfig(AppConfig):
    name = "bihuan.domains.goods"
    verbose_name = "物"
    default_auto_field = "django.db.models.BigAutoField"
