"""Files and directories that are written whole or not at all (`atomic`), by one writer at a time (`lock`).

`messages` reads MessagePack.
"""
