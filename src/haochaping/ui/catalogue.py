r"""The Chinese catalogue: `python -m haochaping.ui.catalogue update|merge FILE.tsv …|check|compile`.

update   collect the message ids of all code and templates; keep translations, drop what is no longer used
merge    read lines `msgid TAB msgstr` (`\n` and `\t` escaped) into the catalogue
check    name every entry that is missing, fuzzy, obsolete or has other placeholders; status 1 if there is one
compile  write the binary catalogue that Django reads
"""

from __future__ import annotations

import os
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from babel.messages.catalog import Message

    _Text = str | tuple[str, ...] | list[str]

PACKAGE = Path(__file__).resolve().parent.parent
PO = PACKAGE / "ui" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MAPPING = PACKAGE / "ui" / "babel.cfg"
LOCALE = "zh_Hans"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
_HEADER = r"""# Simplified Chinese. Kept by haochaping.ui.catalogue; translations are edited here.
msgid ""
msgstr ""
"Language: zh_Hans\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}


def collected() -> Catalog:
    """Collect every message id of the package, with the files it stands in (line numbers only churn)."""
    with MAPPING.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    template = Catalog(project="haochaping", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        PACKAGE, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for name, _line, message, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        template.add(message, None, [(name, 0)], auto_comments=_once(comments), context=context)
    return template


def stored() -> Catalog:
    """Read the catalogue as it stands; an empty one when there is none yet."""
    if not PO.exists():
        return _empty()
    with PO.open("rb") as file:
        return read_po(file, locale=LOCALE)


def updated(known: Catalog, template: Catalog) -> Catalog:
    """The known translations under the message ids of the template. Nothing is guessed from similar texts."""
    catalogue = _empty()
    for message in template:
        if not message.id:
            continue
        old = known.get(_key(message), message.context)
        entry = catalogue.add(
            message.id,
            _fitting(message, old.string if old and not old.fuzzy else ""),
            [(name, 0) for name in _once(name for name, _ in message.locations)],
            auto_comments=message.auto_comments,
            context=message.context,
        )
        entry.flags |= message.flags - {"fuzzy"}
    return catalogue


def written(catalogue: Catalog) -> str:
    """The catalogue as the text of its file: sorted and undated: equal catalogues, equal files."""
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False)
    return _HEADER + body.getvalue().decode().strip() + "\n"


def merge(catalogue: Catalog, lines: Iterable[str]) -> list[str]:
    """Put lines `msgid TAB msgstr` into the catalogue; return those that could not be used."""
    unused = []
    for line in lines:
        msgid, _, msgstr = line.partition("\t")
        if not msgid or msgid.startswith("# "):
            continue
        if not msgstr.strip():
            unused.append(f"no translation: {line}")
            continue
        messages = [message for message in catalogue if message.id and _key(message) == _unescaped(msgid)]
        if not messages:
            unused.append(f"not in the code: {line}")
        for message in messages:
            message.string = _fitting(message, _unescaped(msgstr.strip()))
    return unused


def complaints(present: Catalog, wanted: Catalog) -> list[str]:
    """What is wrong with a catalogue, one line each; empty when it is complete and current."""
    have = {(_key(message), message.context): message for message in present if message.id}
    need = {(_key(message), message.context): message for message in wanted if message.id}
    found = [f"obsolete, not in the code: {key}" for key, _ in have.keys() - need.keys()]
    found += [f"stale, not in the catalogue: {key}" for key, _ in need.keys() - have.keys()]
    found += [f"obsolete, kept as a comment: {_texts(key)[0]}" for key in present.obsolete]
    for key in have.keys() & need.keys():
        found += _entry_complaints(have[key], need[key])
    return sorted(found)


def compile_mo() -> Path:
    """Write the binary catalogue beside the text and return its path; safe when two processes do it."""
    target = PO.with_suffix(".mo")
    draft = target.with_suffix(f".{os.getpid()}.draft")
    with draft.open("wb") as file:
        write_mo(file, stored())
    return draft.replace(target)


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status."""
    match list(arguments):
        case ["update"]:
            lines = _store_with(())
        case ["merge", *names] if names:
            lines = _store_with(line for name in names for line in Path(name).read_text("utf-8").splitlines())
        case ["check"]:
            lines = complaints(stored(), collected())
        case ["compile"]:
            compile_mo()
            lines = []
        case _:
            lines = [__doc__ or ""]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


def _store_with(lines: Iterable[str]) -> list[str]:
    template = collected()
    catalogue = updated(stored(), template)
    unused = merge(catalogue, lines)
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text(written(catalogue), encoding="utf-8")
    return unused + complaints(catalogue, template)


def _empty() -> Catalog:
    return Catalog(locale=LOCALE, project="haochaping", charset="utf-8", fuzzy=False)


def _entry_complaints(message: Message, wanted: Message) -> list[str]:
    texts = _texts(message.string)
    if message.fuzzy:
        return [f"fuzzy: {_key(message)}"]
    if not texts or not all(texts):
        return [f"untranslated: {_key(message)}"]
    if isinstance(message.id, str) != isinstance(wanted.id, str):
        return [f"stale, singular or plural: {_key(message)}"]
    allowed = set(_PLACEHOLDER.findall(" ".join(_texts(message.id))))
    # A Chinese text has no singular, so the plural's placeholders are the ones that must stand in it.
    needed = set(_PLACEHOLDER.findall(_texts(message.id)[-1]))
    for text in texts:
        used = set(_PLACEHOLDER.findall(text))
        if used - allowed or needed - used:
            return [f"placeholders differ: {_key(message)}"]
    return []


def _key(message: Message) -> str:
    return _texts(message.id)[0]


def _texts(value: _Text | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _fitting(message: Message, string: _Text | None) -> str | tuple[str, ...]:
    text = _texts(string)[0] if string else ""
    return text if isinstance(message.id, str) else (text,)


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
