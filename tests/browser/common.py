# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo in a real browser, beside a stand-in platform over real HTTP."""

from contextlib import contextmanager

from odoo.tests import HttpCase, new_test_user
from odoo.tests.common import ChromeBrowser, release_test_lock

from tests.odoo.common import PlatformMixin

from .screen import Screen


class BrowserCase(PlatformMixin, HttpCase):
    """A connected shop, and somebody who looks at it.

    What the test prepares in Python is there before the browser opens; what the
    browser did is there after it was closed.
    """

    browser_size = "1440x900"
    is_connected = True

    def setUp(self):
        super().setUp()
        self._start_platform()
        # the connector commits, which a test's own cursor forbids
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        self.env = self.env(cr=cr)
        if self.is_connected:
            self._connect_first_shop()

    def new_user(self, login, *groups, lang="en_US"):
        return new_test_user(
            self.env,
            login,
            groups=",".join(("base.group_user", *groups)),
            lang=lang,
            tz="Asia/Shanghai",
            tour_enabled=False,
        )

    @contextmanager
    def browse(self, user):
        """Yield the screen of a user; what he did is seen afterwards.

        Meanwhile the cursor is the browser's: read what is compared with it before.
        """
        self.env.cr.commit()
        browser = ChromeBrowser(self)
        # one lock for the case's cursor, one for ours
        with self.allow_requests(browser=browser), release_test_lock():
            try:
                self.authenticate(user.login, user.login, browser=browser)
                yield Screen(browser, self.base_url())
            finally:
                browser.stop()  # it asks for nothing more: the rest is answered soon
                self._wait_remaining_requests()
        self.env.invalidate_all()
