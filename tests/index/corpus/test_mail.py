"""Mails: which line begins one, which parts are read, in which charset."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.loaders.mbox import messages_of
from tests.index.corpus import samples
from tests.index.corpus.test_loaders import loaded

POSTMARK = "From news@a.example Thu Mar  9 18:20:00 2023\n"
HEADERS = "From: News <news@a.example>\nSubject: T\n\n"


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
        "From news at a.example  Mon Mar  2 08:00:00 2026",
    ],
)
def test_mailboxes_of_other_programs(tmp_path: Path, postmark: str) -> None:
    data = mailbox("One.", "Two.").decode().replace(POSTMARK, postmark + "\n")
    (tmp_path / "a.mbox").write_text(data)
    (tmp_path / "b.mbox").write_bytes(data.replace("\n", "\r\n").encode())
    articles, _, _ = loaded(tmp_path)
    assert [article.text for article in articles.values()] == ["One.", "Two."] * 2


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
