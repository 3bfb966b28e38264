"""Mails: which line begins one, which parts are read, in which charset."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.loaders.mail_text import published_in_mail
from index.corpus.loaders.mbox import messages_of
from tests.index.corpus import samples
from tests.index.corpus.test_loaders import loaded

POSTMARK = "From news@a.example Thu Mar  9 18:20:00 2023\n"
HEADERS = "From: News <news@a.example>\nSubject: T\n\n"


DAYS = [
    "Thu, 9 Mar 2023 18:20:00 +0100",
    "Thu, Mar 9, 2023 at 6:20 PM",
    "Thursday, March 9, 2023 6:20 PM",
    "9 March 2023 at 18:20:05 CET",
    "March 9, 2023",
]


def mailbox(*bodies: str) -> bytes:
    return "\n".join(f"{POSTMARK}{HEADERS}{body}\n" for body in bodies).encode()


@pytest.mark.parametrize(
    "line",
    [
        "From Tuesday the last boat leaves at 21:40, forty minutes later than now.",
        "From Tuesday on, 9 March 2023\n\nSubject: boats",
        "From the editor\nNote: all boats are late.",
        "From the archive\nSubject: boats, and nothing else",
        "From here\n\nFrom there: nobody knows",
        "A sentence that ends.\nFrom: a line of the text",
        "From 18:20 on Thursday the quay is shut.\nDate: to be told",
        "From bob@x.example we heard at 18:20:\n\nSubject: boats",
    ],
)
def test_a_line_of_a_letter_that_begins_with_from_stays_in_it(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.mbox").write_bytes(mailbox(f"One.\n\n{line}\n\nTwo.", "Another."))
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert [article.text for article in articles.values()] == [
        f"One.\n\n{line}\n\nTwo.",
        "Another.",
    ]


@pytest.mark.parametrize(
    "postmark",
    [
        "From 1759@xxx Mon Mar 02 08:00:00 +0000 2026",
        "From - Mon Mar  2 08:00:00 2026",
        "From MAILER-DAEMON",
        "From news@a.example",
        "From news at a.example  Mon Mar  2 08:00:00 2026",
    ],
)
def test_mailboxes_of_other_programs(tmp_path: Path, postmark: str) -> None:
    data = mailbox("One.", "Two.").decode().replace(POSTMARK, postmark + "\n")
    (tmp_path / "a.mbox").write_text(data)
    (tmp_path / "b.mbox").write_bytes(data.replace("\n", "\r\n").encode())
    articles, _, _ = loaded(tmp_path)
    assert [article.text for article in articles.values()] == ["One.", "Two."] * 2


def test_a_mailbox_may_lack_empty_lines_and_begin_with_some(tmp_path: Path) -> None:
    data = b"\n" + mailbox("One.", "Two.").replace(b"\n\nFrom ", b"\nFrom ")
    (tmp_path / "a.mbox").write_bytes(data)
    (tmp_path / "b.mbox").write_bytes(b"\xef\xbb\xbf" + data.strip())
    (tmp_path / "c.mbox").write_bytes(b"From here on no mail is known.\n")
    articles, skipped, _ = loaded(tmp_path)
    assert [article.text for article in articles.values()] == ["One.", "Two."] * 2
    assert "expected a line 'From ...' with headers below it" in skipped["c.mbox"]


BODY = st.lists(st.text("aF rom:>\n", max_size=30), min_size=1, max_size=4)


@given(BODY)
def test_what_was_quoted_for_a_mailbox_comes_back(bodies: list[str]) -> None:
    """As mboxrd has it: a line that would begin a mail gets a mark, and so does one with marks."""
    quoted = [re.sub(r"^(>*From )", r">\1", body, flags=re.MULTILINE) for body in bodies]
    found = [data.decode().partition("\n\n")[2] for data in messages_of(mailbox(*quoted))]
    assert [body.rstrip("\n") for body in found] == [body.rstrip("\n") for body in bodies]


def test_charsets_of_bodies_and_headers_are_those_of_browsers(tmp_path: Path) -> None:
    body = "It costs €4 – “too much”, says René."
    head = (
        "From: =?iso-8859-1?Q?Caf=E9=92s_News?= <news@a.example>\n"
        "Subject: =?ISO-8859-1?Q?=93Too_much=94?= =?utf-8?B?IOKCrDQ=?=\nMIME-Version: 1.0\n"
    )
    kinds = {
        "latin.eml": ('text/plain; charset="ISO-8859-1"', body.encode("cp1252")),
        "unknown.eml": ("text/plain; charset=x-unknown", body.encode("cp1252")),
        "none.eml": ("text/plain", body.encode()),
        "meta.eml": (
            "text/html",
            f"<meta charset='iso-8859-1'><p>{body}</p>".encode("cp1252"),
        ),
    }
    for name, (kind, data) in kinds.items():
        (tmp_path / name).write_bytes(
            f"{head}Content-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n".encode() + data
        )
    (tmp_path / "raw.eml").write_bytes(f"From: Café News <a@b>\nSubject: “T”\n\n{body}".encode())
    articles, skipped, notes = loaded(tmp_path)
    assert not skipped
    assert {article.text for article in articles.values()} == {body}
    raw = articles.pop("raw.eml")
    assert (raw.title, raw.source) == ("“T”", "Café News")
    assert {(article.title, article.source) for article in articles.values()} == {
        ("“Too much” €4", "Café’s News")
    }
    assert [(note.path, note.text.endswith("a guess")) for note in notes] == [("unknown.eml", True)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/enriched", "<bold>Ten</bold> boats"), ("text/markdown", "Ten boats")],
)
def test_a_body_in_another_kind_of_text_is_read(tmp_path: Path, kind: str, body: str) -> None:
    head = f"From: a@a.example\nSubject: T\nMIME-Version: 1.0\nContent-Type: {kind}\n\n"
    (tmp_path / "a.eml").write_text(head + body)
    assert loaded(tmp_path)[0]["a.eml"].text == "Ten boats"


WHOLE = "The council of the town met.\n\n> They said that.\n>> No.\n-- \nBay Post"
FLOWED = "The council of the town \nmet.\n\n> They said \n> that.\n>> No.\n-- \nBay Post"


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("format=flowed", FLOWED, WHOLE),
        (
            "Format=Flowed; DelSp=Yes",
            "Ten mil \nlion.\n From here on.",
            "Ten million.\nFrom here on.",
        ),
        ("charset=utf-8", FLOWED, FLOWED),
    ],
)
def test_lines_that_were_broken_to_be_sent_are_whole(
    tmp_path: Path, kind: str, body: str, text: str
) -> None:
    (tmp_path / "a.eml").write_text(
        f"From: a@a.example\nContent-Type: text/plain; {kind}\n\n{body}\n"
    )
    assert loaded(tmp_path)[0]["a.eml"].text == text


STORY = (
    "From: Bay Post <b@b.example>\nSubject: Whale\n\nA whale 14 metres long was seen, he said.\n"
)
MIXED = "From: a@a.example\nSubject: T\nContent-Type: multipart/mixed; boundary=B\n\n"


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring), ("8bit", bytes)],
)
def test_an_attached_mail_may_be_encoded(
    tmp_path: Path, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    head = f"{MIXED}--B\nContent-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n"
    (tmp_path / "a.eml").write_bytes(head.encode() + encode(STORY.encode()) + b"\n--B--\n")
    (article,) = loaded(tmp_path)[0].values()
    assert (article.title, article.text) == ("Whale", STORY.partition("\n\n")[2].strip())


def test_words_below_base64_are_plain_text(tmp_path: Path) -> None:
    """As mailing lists add them; a stray sign among the letters is none of the text."""
    head = "From: a@a.example\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
    packed = base64.encodebytes(b"Ten boats sank off the pier, he said." * 3).decode()
    added = "_______\nBay list\nwww.bay.example\n"
    (tmp_path / "a.eml").write_text(f"{head}{packed}{added}")
    (tmp_path / "b.eml").write_text(f"{head}Ten boats are plain text.\n")
    (tmp_path / "c.eml").write_text(head + packed.replace("\n", "!\n", 1))
    texts = [article.text for article in loaded(tmp_path)[0].values()]
    boats = "Ten boats sank off the pier, he said." * 3
    assert texts == [
        f"{boats}\n\n_______\nBay list\nwww.bay.example",
        "Ten boats are plain text.",
        boats,
    ]


def test_a_named_text_is_of_the_body_unless_it_is_attached(tmp_path: Path) -> None:
    part = '--B\nContent-Type: text/{0}; name="a.{1}"\n{2}\n{3}\n'
    inline = part.format("html", "html", "Content-Disposition: inline\n", "<p>Two.</p>")
    attached = part.format("plain", "txt", "Content-Disposition: attachment\n", "Three.")
    whole = MIXED + part.format("plain", "txt", "", "One.") + inline + attached + "--B--\n"
    (tmp_path / "a.eml").write_text(whole)
    (tmp_path / "b.eml").write_text(MIXED + "There is no part in it.")
    texts = {id: article.text for id, article in loaded(tmp_path)[0].items()}
    assert texts == {
        "a.eml": "One.\n\nTwo.", "a.eml/a.txt": "Three.", "b.eml": "There is no part in it.",
    }  # fmt: skip


def test_a_charset_that_is_declared_and_wrong_is_named(tmp_path: Path) -> None:
    head = "From: a@a.example\nContent-Type: text/plain; charset=utf-8\n\n"
    (tmp_path / "a.eml").write_bytes(
        head.encode() + "It costs €4, says René – “too much”.".encode("cp1252")
    )
    articles, _, notes = loaded(tmp_path)
    assert articles["a.eml"].text == "It costs €4, says René – “too much”."
    guess = "it is not in UTF-8, which it declares; read as Windows-1252, a guess"
    assert [note.text for note in notes] == [guess]


def test_html_is_read_if_it_says_more_than_the_plain_text(tmp_path: Path) -> None:
    long = [f"{number} boats left the harbour of Bay before the storm came." for number in range(9)]
    for name, there in (("whole", long), ("cut", long[:6]), ("stub", ["No HTML is shown here."])):
        message = EmailMessage()
        message["From"], message["Subject"] = "a@a.example", name
        message.set_content("\n\n".join(there) + "\n\nPlain.")
        message.add_alternative("".join(f"<p>{line}</p>" for line in long), subtype="html")
        (tmp_path / f"{name}.eml").write_bytes(message.as_bytes())
    texts = {article.title: article.text for article in loaded(tmp_path)[0].values()}
    story = "\n\n".join(long)
    assert texts == {"whole": f"{story}\n\nPlain.", "cut": story, "stub": story}


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: {}\n", DAYS),
        ("-----Original Message-----\nFrom: A\nSent: {}\nTo: B\n", DAYS),
        ("Begin forwarded message:\n\n> From: A\n> Subject: Bridge\n> Date: {}\n", DAYS),
    ],
)
def test_a_forwarded_letter_has_its_own_day(head: str, day: list[str]) -> None:
    def published(text: str) -> str:
        return str(published_in_mail(text, "Mon, 20 Mar 2023 10:00:00 +0100"))

    for written in day:
        assert published(f"fyi\n\n{head.format(written)}\nThe bridge is open.") == "2023-03-09"
    assert published(f"{head.format('soon')}\nThe bridge is open.") == "None"
    assert published(f"{'My own words. ' * 20}\n\n{head.format(day[0])}\nYes.") == "2023-03-20"
    assert published("He wrote: Date: 9 March 2023\nThe bridge is open.") == "2023-03-20"


def test_an_attached_mail_is_an_article_with_its_own_fields(tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "Boss <boss@b.example>", "Fwd"
    outer.set_content("fyi")
    outer.add_attachment(samples.mail())
    outer.add_attachment(b"\xd0\xcf", maintype="application", subtype="msword", filename="a.doc")
    outer.add_attachment(b"rows", maintype="application", subtype="x-none", filename="../../b")
    (tmp_path / "a.eml").write_bytes(outer.as_bytes())
    articles, skipped, _ = loaded(tmp_path)
    assert [(id, one.title, one.source) for id, one in articles.items()] == [
        ("a.eml", "Fwd", "Boss"),
        ("a.eml/1@courier.example", samples.TITLE, "The Norvik Courier"),
    ]
    assert articles["a.eml/1@courier.example"].text == samples.STORY
    assert {article.path for article in articles.values()} == {"a.eml"}
    assert set(skipped) == {"a.eml/a.doc", "a.eml/b"}


def test_mails_within_mails_are_bounded(tmp_path: Path) -> None:
    message = samples.mail()
    for number in range(14):
        outer = EmailMessage()
        outer["Subject"] = f"Fwd {number}"
        outer.set_content(f"See number {number}.")
        outer.add_attachment(message)
        message = outer
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    articles, skipped, _ = loaded(tmp_path)
    assert len(articles) == 11
    assert ["at most 10 mails within one another" in reason for reason in skipped.values()] == [
        True
    ]
