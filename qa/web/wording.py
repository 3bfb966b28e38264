"""What is wrong with arguments, in one line, from what pydantic says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa.answering.arguments import shown

_CONTAINERS = ("body", "query", "path")
_BEGINS = (("Input should be", "to be"), ("String should have", "to have"))


def first_error(errors: Sequence[Mapping[str, Any]], known: str) -> str:
    """Return the first thing wrong with arguments; `known` says where all stand."""
    error = errors[0]
    name = next((part for part in error["loc"] if part not in _CONTAINERS), None)
    field = "an object of JSON" if name is None else str(name)[:80]
    found = shown(error.get("input"))
    if error["type"] == "json_invalid":
        return "expected an object of JSON, found something else"
    if error["type"] == "missing":
        return f"expected {field}, found none"
    if error["type"] == "extra_forbidden":
        return f"expected no argument beside those in {known}, found {shown(name)}"
    if error["type"] == "string_pattern_mismatch":
        return f"expected {field} as YYYY-MM-DD, found {found}"
    if error["type"] == "string_unicode":
        return f"expected {field} as text in Unicode, found {found}"
    if name is None:
        return f"expected {field}, found {found}"
    said = str(error["msg"])
    for begins, instead in _BEGINS:
        if said.startswith(begins):
            said = instead + said.removeprefix(begins)
    return f"expected {field} {said}, found {found}"
