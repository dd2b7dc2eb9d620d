"""The signature doctor: names the mistake that explains precisely the signature that came."""

from .case import Case
from .search import Finding as Found
from .search import examine

__all__ = ["Case", "Found", "examine"]
