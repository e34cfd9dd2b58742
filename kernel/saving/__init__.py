"""What pipelines of any kind have in common on disk.

`directories` finds, checks and loads a saved pipeline, `saved` is one that was checked; `formats` finds packages that read those
of other programs; `provenance` records where everything in it came from;
`other_pipelines` tells those of spaCy, and which package reads them.
"""
