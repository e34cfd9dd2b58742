"""Components that make one token of several: of entities, of noun chunks, of parts that the parser joins."""
