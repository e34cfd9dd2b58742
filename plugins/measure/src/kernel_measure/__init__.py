"""What a pipeline is worth, and what it costs: scores with intervals, speed, profiles, thresholds."""
