"""Frozen values: what the fake knows, without how it is stored, sent or shown. Standard library only."""
