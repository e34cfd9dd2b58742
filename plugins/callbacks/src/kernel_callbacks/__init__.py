"""Training callbacks for kernel: console table, JSONL log, early stopping, averages."""
