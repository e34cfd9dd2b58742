"""Training in processes of Ray: the backend `ray` of `[training.workers]`."""
