"""What speed costs and is worth, as ratios measured in one run: ``make bench``."""
