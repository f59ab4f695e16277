"""``python -m bihuan.cli``: the command without its script."""

import sys

from bihuan.cli import main

if __name__ == "__main__":
    sys.exit(main())
