"""All mutants, by topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import of_signatures
from .mutant import Mutant

TOPICS: Mapping[str, Sequence[Mutant]] = {
    "Signatures": of_signatures.MUTANTS,
}

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for topic in TOPICS.values() for mutant in topic}
"""By name; ``tests/mutants/test_mutants.py`` sees that no two have the same."""
