"""What is installed, found without importing any of it.

`scan` reads the entry points of installed packages and `metadata` their other fields; `rules` says which of them may
be used, and `listing` what each provides. `providers` tells which package an import comes from, and `known_names`
lists what is known without looking. `unasked` keeps other libraries from importing what nobody asked for.
"""
