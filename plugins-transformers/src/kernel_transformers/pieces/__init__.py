"""Word pieces: from documents and spans to the columns that a transformer reads, and which token each row belongs to."""
