# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from tests.odoo.conftest import keep_files  # noqa: F401 a fixture
