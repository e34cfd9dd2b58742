"""What pipelines of any kind have in common on disk.

`directories` finds, checks and loads a saved pipeline; `provenance` records where everything in it came from;
`other_pipelines` tells those of spaCy, which can't be read.
"""
