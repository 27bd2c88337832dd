# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person does in front of Odoo: look, click, type."""

import base64
import json
import time
from contextlib import suppress

from odoo.tests.common import ChromeBrowserException

PATIENCE = 60  # seconds for something to show up
PAUSE = 0.05  # seconds between two looks

# Elements that are on the screen, whose text contains the wanted one.
FIND = """
(selector, text) => [...document.querySelectorAll(selector)].filter(
    (element) => element.getClientRects().length
        && element.innerText.replace(/\\s+/g, " ").includes(text)
)
"""
CLICK = f"""
(selector, text) => {{
    const [element] = ({FIND})(selector, text);
    if (!element || element.disabled || document.querySelector(".o_blockUI")) {{
        return false;
    }}
    element.scrollIntoView({{block: "center"}});
    element.click();
    return true;
}}
"""
TYPE = f"""
(selector, value) => {{
    const [element] = ({FIND})(selector, "");
    if (!element) {{
        return false;
    }}
    element.focus();
    element.value = value;
    element.dispatchEvent(new InputEvent("input", {{bubbles: true}}));
    element.dispatchEvent(new Event("change", {{bubbles: true}}));
    return true;
}}
"""
ATTACH = """
(selector, name, content) => {
    const input = document.querySelector(selector);
    if (!input) {
        return false;
    }
    const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name));
    input.files = files.files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
    return true;
}
"""
SCAN = f"""
(selector, code) => {{
    const [input] = ({FIND})(selector, "");
    if (!input || input !== document.activeElement) {{
        return false;
    }}
    document.execCommand("insertText", false, code);
    input.dispatchEvent(new KeyboardEvent("keydown", {{key: "Enter", bubbles: true}}));
    return true;
}}
"""
COUNT = f"(selector, text) => ({FIND})(selector, text).length"
TEXTS = """
(selector) => [...document.querySelectorAll(selector)]
    .filter((element) => element.getClientRects().length)
    .map((element) => element.innerText)
"""
TEXT = "(selector) => document.querySelector(selector)?.innerText || ''"


class Screen:
    """A browser in which somebody is logged in.

    Every step waits until the page is ready for it, and fails when the page has
    written an error to the console.

    :param browser: Odoo's ``ChromeBrowser``
    :param str base_url: address of Odoo
    """

    def __init__(self, browser, base_url):
        self.browser = browser
        self.base_url = base_url

    def open(self, path, title=""):
        """Open a page and wait for a breadcrumb or heading that contains the title.

        :param path: in Odoo, or a whole address
        """
        self._evaluate("() => { window.isLeft = true; }")
        address = path if path.startswith("http") else f"{self.base_url}{path}"
        self.browser.navigate_to(address)
        self._until("() => !window.isLeft")
        self.see(".o_breadcrumb, h1, h2", title)

    def see(self, selector, text=""):
        """Wait until an element is visible whose text contains this."""
        self._until(COUNT, selector, text)

    def miss(self, selector, text=""):
        """Wait until no such element is visible."""
        self._until(f"(...args) => !({COUNT})(...args)", selector, text)

    def click(self, selector, text=""):
        """Click the first such element."""
        self._until(CLICK, selector, text)

    def press(self, text):
        """Press the button with this text."""
        self.click("button, a.btn, .dropdown-item", text)

    def type(self, field, value):
        """Type into the input of a field, or into an input found by a selector."""
        selector = f"[name={field}] input, [name={field}] textarea"
        self._until(TYPE, selector if field.isidentifier() else field, value)

    def scan(self, field, code):
        """Type into the input of a field as a barcode scanner does, Enter included."""
        self._until(SCAN, f"[name={field}] input", code)

    def attach(self, field, name, content):
        """Choose a file for a field.

        :param bytes content: what is in it
        """
        text = base64.b64encode(content).decode()
        self._until(ATTACH, f"[name={field}] input[type=file]", name, text)

    def texts(self, selector):
        """Return the texts of the visible elements."""
        self._check_console()
        return self._evaluate(TEXTS, selector)

    def _until(self, function, *args):
        deadline = time.monotonic() + PATIENCE
        while not self._evaluate(function, *args):
            self._check_console()
            if time.monotonic() > deadline:
                self.browser.take_screenshot().result(timeout=10)
                what = " ".join(map(repr, args))
                shown = self._evaluate(TEXT, "body")
                raise AssertionError(f"{what} did not happen; on the screen:\n{shown}")
            time.sleep(PAUSE)
        self._check_console()

    def _evaluate(self, function, *args):
        """Call a JavaScript function in the page; None while the page changes."""
        call = f"({function})({', '.join(map(json.dumps, args))})"
        params = {"expression": call, "returnByValue": True}
        with suppress(ChromeBrowserException):
            answer = self.browser._websocket_request("Runtime.evaluate", params=params)
            return answer["result"].get("value")

    def _check_console(self):
        """Raise what the page has written to the console as an error."""
        if self.browser._result.done():
            self.browser._result.result()
