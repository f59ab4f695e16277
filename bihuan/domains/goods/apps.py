from django.apps import AppConfig

from bihuan.domains.goods import TITLE


class GoodsConfig(AppConfig):
    name = "bihuan.domains.goods"
    verbose_name = TITLE[0]
    default_auto_field = "django.db.models.BigAutoField"
