"""The file dateline.toml: a project's own defaults for the command.

It lies in the folder where the command runs, beside the corpus:

    index = "var/index"
    corpus = ["articles", "more-articles"]
    auth = "users"
    port = 7860

An argument, and $DATELINE_INDEX, win over it. Paths are relative to its folder. It is data: nothing
in it is run.
"""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.types import DatelineError
from qa.commands.options import commands_of

NAME = "dateline.toml"
_FORMS = {
    "index": "a folder as text",
    "corpus": "a folder, or a list of folders, as text",
    "auth": "a file as text",
    "port": "a number from 1 to 65535",
}


def apply_settings(parser: argparse.ArgumentParser, folder: Path = Path()) -> None:
    """Make what a folder's dateline.toml says the defaults of the parser.

    Raises DatelineError if the file cannot be read or says what it cannot say.
    """
    settings = read_settings(folder / NAME)
    if "index" in settings and not os.environ.get("DATELINE_INDEX"):
        parser.set_defaults(index=folder / settings["index"])
    corpora = settings.get("corpus")
    if isinstance(corpora, str):
        corpora = [corpora]
    for command in commands_of(parser).values():
        dests = {action.dest for action in command._actions}
        if corpora is not None and "corpus" in dests:
            command.set_defaults(corpus=[folder / one for one in corpora])
        if "auth" in settings and "auth" in dests:
            command.set_defaults(auth=folder / settings["auth"])
        if "port" in settings and "port" in dests:
            command.set_defaults(port=settings["port"])


def read_settings(file: Path) -> Mapping[str, Any]:
    """Return what a dateline.toml says; nothing if there is none.

    Raises DatelineError if the file cannot be read or says what it cannot say.
    """
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DatelineError(
            f"expected TOML in {file}, found: {reason}; mend or remove it"
        ) from None
    for name, value in settings.items():
        if name not in _FORMS:
            raise DatelineError(
                f"expected index, corpus, auth or port in {file}, found {name!r}; take it out"
            )
        if not _has_form(name, value):
            raise DatelineError(f"expected {name} in {file} to be {_FORMS[name]}, found {value!r}")
    return settings


def _has_form(name: str, value: Any) -> bool:
    if name == "port":
        return type(value) is int and 1 <= value <= 65_535
    if name == "corpus" and isinstance(value, list):
        return bool(value) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)
