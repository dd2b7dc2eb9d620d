"""``python -m fake_provider`` is ``fake-nexmo``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
