"""Explains one signed request outside any server, for any OAuth 1.0a provider."""

from .pasted import read as read
from .pasted import read_all as read_all
from .pasted import request as request
from .verdict import Explanation as Explanation
from .verdict import explain as explain
