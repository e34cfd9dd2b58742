"""Files of word vectors of other tools, read into a table that pipelines use."""
