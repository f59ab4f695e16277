"""Where Django looks for a database's connection (``ENGINE``)."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that a restart of the database left behind is nobody's, and takes the others of the pool along.

    The pool's own check (``CONN_HEALTH_CHECKS``) goes through dead ones one by one, with a second's pause and then two
    and four between them: whoever comes first gives up before he meets one that lives, long after the database is back.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises OperationalError where none is had within the pool's time."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not self.pool:
                return connection
            try:
                self.pool.check_connection(connection)
            except self.Database.Error:
                self.pool.putconn(connection)
                self.pool.check()
            else:
                return connection
