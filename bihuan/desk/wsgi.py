"""The desk as a WSGI application. What the first page would wait for is read before it is asked for."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.desk.settings")
application = get_wsgi_application()


def warm() -> None:
    """Read the program, the addresses, the templates."""
    import gc
    from pathlib import Path

    from django.template.loader import get_template
    from django.urls import reverse

    from bihuan.desk import knowledge

    knowledge.reads()
    reverse("overview")
    folder = Path(__file__).parent / "templates"
    for path in sorted(folder.glob("desk/*.html")):
        get_template(str(path.relative_to(folder)))
    gc.collect()
    gc.freeze()  # for good: not to be gone through each time


warm()
