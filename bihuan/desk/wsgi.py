"""The desk as a WSGI application. What the first page would wait for is read before it is asked for."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.desk.settings")
application = get_wsgi_application()


GARBAGE = (20_000, 10, 10)
"""When Python looks for garbage that its counts do not find: a page leaves some thousand such objects, and to look at
them at the usual thresholds held every thread of the process several times a page."""

SWITCH_S = 0.001
"""How long a thread computes while another waits for its turn (Python's own 5 ms): a page asks the database ten or
twenty times, and after each answer waits for whoever computes."""


def warm() -> None:
    """Read the program, the addresses, the templates."""
    import gc
    from pathlib import Path

    from django.template.loader import get_template
    from django.urls import reverse

    from bihuan.desk import knowledge
    from bihuan.live import tables

    knowledge.reads()
    tables.ledgers()
    reverse("overview")
    folder = Path(__file__).parent / "templates"
    for path in sorted(folder.glob("desk/*.html")):
        get_template(str(path.relative_to(folder)))
    gc.collect()
    gc.freeze()  # for good: not to be gone through each time
    gc.set_threshold(*GARBAGE)
    sys.setswitchinterval(SWITCH_S)


warm()
