"""Writers: each module writes documents in one file format, and `losses` counts what a format can't hold."""
