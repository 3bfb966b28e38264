"""Mail: a newsletter saved as .eml, or many in an .mbox.

The outlet is the sender, the title the subject. Every part with words is read. The parts of a body
follow each other; each mail or file that is attached is an article of its own. Of a part that is
there as plain text and as HTML, one is taken. Limits: pictures, sounds, calendars and signatures
are passed over.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import io
import quopri
import re
from collections.abc import Iterator
from dataclasses import replace
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from pathlib import Path
from typing import IO, cast

from index.corpus.loaders.archives import LoaderOf, load_member
from index.corpus.loaders.charsets import Decoded, decode
from index.corpus.loaders.fields import Fields, Record
from index.corpus.loaders.mail_text import from_base64, published_in_mail, unflowed
from index.corpus.loaders.markup import declared_charset, plain
from index.corpus.loaders.mbox import messages_of
from index.types import Skipped

_MOST_WITHIN = 10  # mails attached to one another
_FOR_PROGRAMS = ("text/calendar", "text/x-vcard", "text/vcard", "text/css", "text/x-amp-html")
_WITHOUT_WORDS = ("image/", "audio/", "video/", "font/", *_FOR_PROGRAMS)
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature")
_MARKED = ("text/html", "text/enriched", "text/richtext")
_SUFFIXES = {"text/plain": ".txt", "text/html": ".html", "application/pdf": ".pdf"}

_SENTENCE = 8  # words, at least
_BEGINNING = 60  # letters by which a sentence is known
_SMALL_SHARE = 0.1

Items = Iterator[Fields | Record | Skipped]


def load_eml(path: Path, loader_of: LoaderOf) -> Items:
    """Yield the message of .eml, and what is attached to it."""
    yield from _load(_parsed(path.read_bytes()), "", loader_of)


def load_mbox(path: Path, loader_of: LoaderOf) -> Items:
    """Yield the messages of .mbox, each known by its Message-ID, else by its number."""
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    if not data.startswith(b"From "):
        raise ValueError("expected an mbox, which begins with 'From ', found something else")
    for number, message in enumerate(map(_parsed, messages_of(data)), 1):
        known = _message_id(message) or str(number)
        try:
            yield from _load(message, f":{known}", loader_of)
        # LookupError: a header that email trips over.
        except (ValueError, LookupError) as error:
            yield Skipped(f":{known}", str(error))


def _load(message: Message, part: str, loader_of: LoaderOf) -> Items:
    """Yield the article of a message, then those that are attached."""
    if not message.keys():
        raise ValueError("expected a mail with its headers, found none")
    attached = list(_attached(message))
    fields = _article(message, part)
    if fields.text:
        yield fields
    elif not attached:
        raise ValueError("there is no text in the message")
    for number, one in enumerate(attached, 1):
        yield from _load_attached(one, number, part, loader_of)


def _parsed(data: bytes) -> Message:
    return email.message_from_bytes(data, policy=email.policy.default)


def _article(message: Message, part: str) -> Fields:
    """Return the fields of a message, whose text may be empty."""
    bodies = list(_bodies(message))
    text = "\n\n".join(filter(None, (body.text.strip() for body in bodies)))
    notes = dict.fromkeys(note for body in bodies for note in body.notes)
    name, address = _sender(message)
    return Fields(
        text,
        title=_header(message, "Subject") or None,
        source=name or address or None,
        published=published_in_mail(text, _header(message, "Date")),
        part=part,
        notes=tuple(notes),
    )


def _bodies(part: Message) -> Iterator[Decoded]:
    """Yield the texts of a message, in order, without what is attached."""
    kind = part.get_content_type()
    if _is_attached(part):
        return
    if kind == "multipart/alternative":
        yield _better(part)
    elif part.is_multipart():
        for inner in cast(list[Message], part.get_payload()):
            yield from _bodies(inner)
    elif kind.startswith("text/") and kind not in _FOR_PROGRAMS:
        yield _text(part)
    elif kind.startswith("multipart/"):  # its boundary is nowhere: it is one text
        yield decode(_content(part))


def _better(alternative: Message) -> Decoded:
    """Return the plain text of a body, or its HTML if that says more.

    So it does beside "Your mail program shows no HTML", and beside the first lines of a story.
    """
    words, marked = Decoded(""), Decoded("")
    for inner in cast(list[Message], alternative.get_payload()):
        found = list(_bodies(inner))
        text = "\n\n".join(body.text.strip() for body in found)
        if inner.get_content_type() == "text/plain":
            words = Decoded(text, _first_note(found))
        elif text:
            marked = Decoded(text, _first_note(found))
    if len(words.text) >= len(marked.text) / 2 and not _says_more(marked.text, words.text):
        return words
    return marked


def _says_more(text: str, other: str) -> bool:
    """Tell whether a tenth of the sentences of a text are not in another."""
    known = _letters(other)
    lines = [line for line in text.splitlines() if len(line.split()) >= _SENTENCE]
    missing = [line for line in lines if _letters(line)[:_BEGINNING] not in known]
    total = sum(map(len, lines))
    return sum(map(len, missing)) > _SMALL_SHARE * total


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _first_note(found: list[Decoded]) -> str | None:
    return next((body.note for body in found if body.note is not None), None)


def _text(part: Message) -> Decoded:
    """Return the text of one part, in the charset that it declares."""
    data = _content(part)
    declared = part.get_content_charset()
    if part.get_content_type() not in _MARKED:
        found = decode(data, declared)
        if _param(part, "format") == "flowed":
            found = replace(found, text=unflowed(found.text, _param(part, "delsp") == "yes"))
        return found
    if declared is None:
        declared = declared_charset(data)
    found = decode(data, declared)
    return replace(found, text=plain(found.text))


def _content(part: Message) -> bytes:
    """Return the bytes of a part.

    What a list adds below a part in base64 is plain text.
    """
    payload = part.get_payload()
    if _encoding(part) == "base64" and isinstance(payload, str):
        return from_base64(payload.encode("ascii", "surrogateescape"))
    return cast(bytes, part.get_payload(decode=True)) or b""


def _is_attached(part: Message) -> bool:
    """Tell whether a part is a mail or a file of its own."""
    if part.get_content_type() == "message/rfc822":
        return True
    if part.is_multipart():
        return False
    if part.get_content_disposition() == "attachment":
        return True
    # A text with a name is of the body, unless it is attached.
    return part.get_filename() is not None and not part.get_content_type().startswith("text/")


def _attached(part: Message) -> Iterator[Message]:
    """Yield the mails and files that are attached, in order."""
    if _is_attached(part):
        kind = part.get_content_type()
        if not kind.startswith(_WITHOUT_WORDS) and kind not in _SIGNATURES:
            yield part
    elif part.is_multipart():
        for inner in cast(list[Message], part.get_payload()):
            yield from _attached(inner)


def _load_attached(attached: Message, number: int, part: str, loader_of: LoaderOf) -> Items:
    """Yield the articles of a mail or a file that is attached to a message."""
    if attached.get_content_type() == "message/rfc822":
        inner = _message_in(attached)
        name = _message_id(inner) or str(number)
        within = f"{part}/{name}"
        if within.count("/") > _MOST_WITHIN:
            yield Skipped(within, f"expected at most {_MOST_WITHIN} mails within one another")
            return
        try:
            yield from _load(inner, within, loader_of)
        except (ValueError, LookupError) as error:
            yield Skipped(within, str(error))
        return
    name = _file_name(attached, number)
    load = loader_of(name)
    if isinstance(load, str):
        yield Skipped(f"{part}/{name}", load)
        return

    def opened() -> IO[bytes]:
        return io.BytesIO(_content(attached))

    for item in load_member(f"/{name}", opened, load):
        if isinstance(item, Skipped):
            yield Skipped(part + item.path, item.reason)
        else:
            yield replace(item, within="", part=f"{part}/{name}{item.part}")


def _message_in(attached: Message) -> Message:
    """Return the mail that is attached, which some programs encode."""
    inner = cast(Message, attached.get_payload(0))
    if _encoding(attached) == "base64" and not inner.keys():
        return _parsed(from_base64(inner.as_bytes()))
    if _encoding(attached) == "quoted-printable" and not _encoding(inner):
        return _parsed(quopri.decodestring(inner.as_bytes()))
    return inner


def _encoding(part: Message) -> str:
    """Return how a part is encoded for sending, "" if it does not say."""
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _param(part: Message, name: str) -> str:
    """Return a parameter of a part's type, "" if there is none."""
    return str(part.get_param(name, "")).lower()


def _file_name(attached: Message, number: int) -> str:
    """Return the name of a file that is attached, with a suffix that tells its kind."""
    name = (attached.get_filename() or str(number)).replace("\\", "/").rpartition("/")[2]
    suffix = _SUFFIXES.get(attached.get_content_type(), "")
    if "." in name:
        suffix = ""
    return name + suffix


def _message_id(message: Message) -> str:
    return _header(message, "Message-ID").strip(" <>")


def _sender(message: Message) -> tuple[str, str]:
    """Return the name and the address of the sender."""
    ((name, address), *_) = getaddresses([_raw_header(message, "From")]) or [("", "")]
    return _decoded_words(name), address


def _header(message: Message, name: str) -> str:
    """Return a header as text on one line, "" if there is none."""
    return " ".join(_decoded_words(_raw_header(message, name)).split())


def _raw_header(message: Message, name: str) -> str:
    """Return a header as it was sent; its bytes are read as those of a file."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return decode(str(value).encode("utf-8", "surrogateescape")).text
    return ""


def _decoded_words(value: str) -> str:
    """Return a header with its encoded words ("=?iso-8859-1?Q?caf=E9?=") as text."""
    try:
        chunks = decode_header(re.sub(r"\n\s*", " ", value))
    except HeaderParseError:
        return value
    words = []
    for chunk, charset in chunks:
        if isinstance(chunk, str):
            words.append(chunk)
        elif charset is None:
            words.append(chunk.decode("raw_unicode_escape"))
        else:
            words.append(decode(chunk, charset).text)
    return "".join(words)
