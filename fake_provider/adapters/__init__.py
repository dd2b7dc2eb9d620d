"""The outside behind the ports: time, chance, and where things are kept."""
