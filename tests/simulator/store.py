# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Saving the platform's state to a file and loading it again.

The file is a line that names the version, then a pickle the simulator wrote itself;
never load one from elsewhere.
"""

import pickle
from pathlib import Path

#: Changes whenever the classes in the file change shape.
FORMAT = 4


def save(platform, path):
    """Write the state; an interrupted write leaves the older file."""
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.part")
    with platform.lock, unfinished.open("wb") as file:
        file.write(_head())
        pickle.dump(platform, file, pickle.HIGHEST_PROTOCOL)
    unfinished.replace(path)


def load(path):
    """Return the platform saved in a file; None when there is no such file.

    :raise ValueError: the file was written by another version
    """
    path = Path(path)
    if not path.exists():
        return None
    with path.open("rb") as file:
        if file.readline(100) != _head():
            raise ValueError(f"{path} was saved by another version of the simulator")
        return pickle.load(file)


def _head():
    return f"Pinduoduo simulator, format {FORMAT}\n".encode()
