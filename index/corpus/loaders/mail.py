"""Mail: a newsletter saved as .eml, or many in an .mbox.

The outlet is the sender, the title the subject.
"""

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
    """Yield the one message of .eml."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    if not message.keys():
        raise ValueError("expected a mail with its headers, found none")
    yield _article(message)


def load_mbox(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the messages of .mbox, each known by its Message-ID, else by its number."""
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
            # LookupError: an unknown encoding, or a header that email trips over.
            except (ValueError, LookupError) as error:
                yield Skipped(f":{known}", str(error))
    finally:
        box.close()


def _article(message: Message, part: str = "") -> Fields:
    """Return the fields of a message. Raises ValueError if there is no text in it."""
    assert isinstance(message, EmailMessage)
    text = _text(message)
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


def _text(message: EmailMessage) -> str:
    """Return the plain text of a message, or its HTML if the plain text is a stub.

    A stub says "Your mail program shows no HTML", for example.
    """
    texts = {"plain": "", "html": ""}
    for kind in texts:
        body = message.get_body((kind,))
        if body is not None:
            texts[kind] = str(body.get_content())
    words, marked = texts["plain"].strip(), plain(texts["html"])
    if len(words) >= len(marked) / 2:
        return words
    return marked
