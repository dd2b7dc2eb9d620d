"""The dashboard: pages for people who use the fake."""
