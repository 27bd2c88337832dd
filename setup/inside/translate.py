# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write the add-ons' translation files: arguments ANSWER FOLDER ADDON...

``i18n/ADDON.pot`` gets the terms, ``i18n/LANGUAGE.po`` is merged with them: terms that
are gone leave it, new ones come in empty. ANSWER is a JSON file: {file: [terms without
a translation]}. A file whose terms stay the same is not touched.
"""

import io
import json
from pathlib import Path

import polib
from odoo.tools.translate import trans_export

from environment import ARGUMENTS, configure, environment

LANGUAGES = ("zh_CN",)
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main():
    configure()
    answer, folder, *addons = ARGUMENTS
    missing = {}
    with environment() as env:
        for addon in addons:
            path = Path(folder) / addon / "i18n"
            path.mkdir(exist_ok=True)
            template = export(env, addon)
            save(template, path / f"{addon}.pot")
            for language in LANGUAGES:
                file = path / f"{language}.po"
                missing[str(file.relative_to(folder))] = merge(template, file, language)
    Path(answer).write_text(json.dumps(missing))


def export(env, addon):
    """Return the terms of an add-on."""
    buffer = io.BytesIO()
    trans_export(False, [addon], buffer, "po", env)
    return polib.pofile(buffer.getvalue().decode())


def merge(template, path, language):
    """Bring a language's file up to the template.

    :return list: the terms that have no translation
    """
    known = {}
    if path.exists():
        known = {entry.msgid: entry for entry in polib.pofile(str(path))}
    merged = polib.POFile()
    merged.header = template.header
    merged.metadata = {**template.metadata, "Language": language}
    missing = []
    for entry in template:
        translated = polib.POEntry(
            msgid=entry.msgid,
            comment=entry.comment,
            occurrences=entry.occurrences,
        )
        if entry.msgid in known:
            translated.msgstr = known[entry.msgid].msgstr
            translated.flags = known[entry.msgid].flags
        if not translated.translated():
            missing.append(entry.msgid)
        merged.append(translated)
    save(merged, path)
    return missing


def save(terms, path):
    """Write a file, unless only its dates would change."""
    if path.exists() and without_dates(polib.pofile(str(path))) == without_dates(terms):
        return
    terms.save(str(path))


def without_dates(terms):
    metadata = {k: v for k, v in terms.metadata.items() if k not in DATES}
    return metadata, terms.header, [str(entry) for entry in terms]


if __name__ == "__main__":
    main()
