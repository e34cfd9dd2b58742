"""Files and directories that are written whole or not at all (`atomic`), by one writer at a time (`lock`).

`messages` reads MessagePack; `names` takes the names of parts to write, read or leave out.
"""
