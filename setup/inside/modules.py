# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Install (``+name``) and upgrade (``^name``) add-ons."""

from environment import (
    ARGUMENTS,
    configure,
    environment,
    refuse_half_installed,
    registry,
)


def main():
    configure()
    loaded = registry(
        update_module=True,
        install_modules=[name[1:] for name in ARGUMENTS if name[0] == "+"],
        upgrade_modules=[name[1:] for name in ARGUMENTS if name[0] == "^"],
    )
    with environment(loaded) as env:
        refuse_half_installed(env)


if __name__ == "__main__":
    main()
