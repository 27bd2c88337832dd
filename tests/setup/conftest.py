# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The set-up's own modules, which run on the system's Python without any package."""

import sys
from pathlib import Path

SETUP = Path(__file__).parents[2] / "setup"

if str(SETUP) not in sys.path:
    sys.path.insert(0, str(SETUP))
