"""Training in several processes: the section `[training.workers]`, and the processes of one machine."""
