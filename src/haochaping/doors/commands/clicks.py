"""click's own sentences that our commands can show: named here so that the catalogue has them.

click speaks through `gettext` and brings no translations. A test holds these to what click really says.
"""

from __future__ import annotations

from haochaping.kernel.refused import N_


def ngettext_noop(singular: str, plural: str) -> tuple[str, str]:
    """Mark a sentence with its plural for the catalogue without translating it."""
    return singular, plural


SENTENCES = (
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Show this message and exit."),
    N_("default: {default}"),
    N_("Error: {message}"),
    N_("Error: invalid input"),
    N_("Aborted!"),
    N_("Try '{command} {option}' for help."),
    N_("Missing command."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Choose from:\n\t{choices}"),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("No such command {name!r}."),
    N_("No such option {name!r}."),
    N_("Option {name!r} does not take a value."),
    N_("{value!r} is not a valid UUID."),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("file"),
)
PLURALS = (
    ngettext_noop("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ngettext_noop("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ngettext_noop("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ngettext_noop(
        "{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}."
    ),
    ngettext_noop("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
# Not a sentence of its own in click's code, but translated all the same.
REQUIRED = N_("required")
