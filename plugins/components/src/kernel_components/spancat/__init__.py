"""The span categorisers: any number of categories for each suggested span, or one at most."""
