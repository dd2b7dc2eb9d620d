"""Prints docs/contract.md."""

import sys

from .clause import catalogue
from .document import markdown

sys.stdout.write(markdown(catalogue()))
