"""What shells offer when the tab key is pressed. Only metadata and the text of configs are read, and nothing heavy is imported.

The scripts of `scripts` start `kernel` with `scripts.VARIABLE` set. `line` takes a line of bash apart, `candidates` finds what may follow,
`overrides` knows settings of configs and their values, `answers` writes what the shell gets.
"""
