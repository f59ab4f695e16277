from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "bihuan.access"
    label = "access"
    verbose_name = "谁能看什么"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bihuan.access import bulk, hearing, scope
        from bihuan.live import bulk as many
        from bihuan.live import sight

        sight.whole, sight.herald, sight.heard = scope.system, scope.herald, hearing.heard
        many.beside, many.order, many.through = bulk.beside, bulk.order, bulk.through

    def lay(self) -> None:
        """What this app lays on the database once all tables are there (bihuan.live.start.migrate)."""
        from bihuan.access import ground

        ground.lay()
