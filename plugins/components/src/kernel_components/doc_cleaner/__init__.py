"""The cleaner of documents."""
