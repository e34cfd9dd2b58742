"""Files and directories that are written whole or not at all (`atomic`), by one writer at a time (`lock`).

What others have put into a directory is kept (`foreign`); one that somebody stands in gets new content (`in_place`).
`trees` walks, links and removes. `messages` reads MessagePack, `compressed` what gzip and others have made smaller (`zstandard` is one of them); `home` expands `~`,
`patterns` what has `*`; `names` takes the names of parts to write, read or leave out.
"""
