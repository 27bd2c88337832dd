# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where things are. Everything the set-up makes lies under LOCAL."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "setup"
REQUIREMENTS = SETUP / "requirements.txt"
SYSTEM_PACKAGES = SETUP / "system-packages.txt"

LOCAL = ROOT / ".local"
VENV = LOCAL / "venv"
PYTHON = VENV / "bin" / "python"
ODOO = LOCAL / "odoo"
CACHE = LOCAL / "cache"
PG = LOCAL / "pg"
RUN = LOCAL / "run"
FILESTORE = LOCAL / "filestore"  # Odoo's data_dir

ADDONS = ("pdd_connector", "pdd_connector_stock", "pdd_connector_finance")


def present_addons():
    """Return the names of our add-ons that exist in this checkout, in load order."""
    return [name for name in ADDONS if (ROOT / name / "__manifest__.py").exists()]
