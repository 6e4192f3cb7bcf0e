"""Files that other processes read while we write them: they appear whole or not at all."""

import os


def write_atomically(path, chunks):
    """Writes the text pieces to `path` by way of a temporary file beside it."""
    temporary = "%s.%d.tmp" % (path, os.getpid())
    with open(temporary, "w", encoding="utf-8") as out:
        for chunk in chunks:
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, path)
