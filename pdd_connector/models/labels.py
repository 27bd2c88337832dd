# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def label_of(env, table, code):
    """Return the label of a platform code; a code we do not know is shown as such.

    :param dict table: code -> lazy text, see ``const``
    """
    if code in table:
        return env._(table[code])
    return env._("Unknown (%s)", code)
