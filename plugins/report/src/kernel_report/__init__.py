"""A page about one run or several: `kernel report`."""
