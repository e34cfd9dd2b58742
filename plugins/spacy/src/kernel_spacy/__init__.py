"""What was made for spaCy, used here: trained pipelines, configs, names."""
