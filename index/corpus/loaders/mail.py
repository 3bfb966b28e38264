"""Mail: a newsletter saved as .eml, or many in an .mbox. The outlet is the sender, the title the subject."""

from __future__ import annotations

import email
import email.policy
import mailbox
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.utils import getaddresses
from pathlib import Path

from index.corpus.loaders.fields import Fields, mail_day
from index.corpus.loaders.web import plain
from index.types import Skipped


def load_eml(path: Path) -> Iterator[Fields | Skipped]:
    """.eml: one message."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    if not message.keys():
        raise ValueError("expected a mail with its headers, found none")
    yield _article(message)


def load_mbox(path: Path) -> Iterator[Fields | Skipped]:
    """.mbox: an article a message, known by its Message-ID, else by its number."""
    with path.open("rb") as file:
        if file.read(5) != b"From ":
            raise ValueError("expected an mbox, which begins with 'From ', found something else")
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.keys(), 1):
            known: object = number
            try:
                message = email.message_from_bytes(box.get_bytes(key), policy=email.policy.default)
                known = str(message.get("Message-ID", "")).strip(" <>\n") or number
                yield _article(message, f":{known}")
            except (
                ValueError,
                LookupError,
            ) as error:  # LookupError: an unknown encoding, a header that email trips over
                yield Skipped(f":{known}", str(error))
    finally:
        box.close()


def _article(message: Message, part: str = "") -> Fields:
    """The words of a message: its plain text where it has one that is not a stub, else its HTML."""
    assert isinstance(message, EmailMessage)
    bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: str(body.get_content()) for kind, body in bodies.items() if body is not None}
    words, marked = texts.get("plain", "").strip(), plain(texts.get("html", ""))
    text = words if len(words) >= len(marked) / 2 else marked  # "your mail program shows no HTML"
    if not text:
        raise ValueError("there is no text in the message")
    ((sender, address), *_) = getaddresses([str(message.get("From", ""))]) or [("", "")]
    return Fields(
        text.replace("\r\n", "\n"),
        title=str(message.get("Subject", "")).strip() or None,
        source=sender or address or None,
        published=mail_day(str(message.get("Date", ""))),
        part=part,
    )
