# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one door of the set-up: ``run.py COMMAND [arguments]``, called by setup/*."""

import importlib
import sys

sys.path.insert(0, __file__.rpartition("/")[0])

from lib.processes import Interrupted, raise_on_signals
from lib.steps import Trouble

COMMANDS = ("demo", "test", "bench", "shell", "lint", "translate")

OTHER_ACCOUNT = (
    "did another account (root?) call this before? Use that one, or let it call "
    "setup/demo stop and delete .local/."
)


def main(command, *arguments):
    raise_on_signals()
    try:
        return importlib.import_module(f"lib.{command}").main(list(arguments))
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"\n{error}\n  What to do: {OTHER_ACCOUNT}", file=sys.stderr)
        return 1
    except Interrupted as interrupted:
        print(f"\nended by {interrupted}", file=sys.stderr)
        return 128 + interrupted.number


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: setup/{{{','.join(COMMANDS)}}} [arguments]")
    sys.exit(main(*sys.argv[1:]))
