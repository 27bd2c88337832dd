# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

import pytest
from odoo.tests import TransactionCase


@pytest.fixture(autouse=True, scope="session")
def keep_files():
    """Keep the files of attachments until the test databases go.

    All workers share one folder of them: after each class Odoo would collect those that
    its own database does not know, among them what another worker has just written.
    """
    with patch.object(TransactionCase, "_gc_filestore"):
        yield
