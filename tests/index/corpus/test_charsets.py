"""Bytes become the text that was written, or what was guessed or damaged is said."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import index
from index.corpus.loaders.charset_labels import codec_of
from index.corpus.loaders.charsets import decode
from index.stores.copying import copy
from index.stores.local.generations import open_index
from qa.commands.checking import _facts
from tests.fakes import WordEmbedder
from tests.index.corpus.test_loaders import loaded

ENGLISH = (
    "Mayor Zoë Strand said on Friday that the café’s roof – “a ruin”, in her words – would cost "
    "£9,900 to mend, or about €11,400, and that René Côté’s garden needs 2½ tonnes of earth.\n"
)
FRENCH = "Le maire, René Côté, a déclaré « hier » que l’œuvre coûtera 3 € de plus à l’État.\n"
GERMAN = "„Die Brücke über die Straße“, sagte Jörg Größner, „öffnet für 3 € im März.“\n"
SPANISH = "¿Quién pagó? La señora Peña dijo que el año pasado costó 40 € más.\n"
POLISH = "Burmistrz Łodzi powiedział w piątek, że most będzie zamknięty przez czternaście dni.\n"
RUSSIAN = "Мэр Твери сказал в пятницу, что мост закрыт на 14 дней, а ремонт обойдётся дорого.\n"
GREEK = "Ο δήμαρχος είπε την Παρασκευή ότι η γέφυρα θα κλείσει για 14 ημέρες.\n"
HEBREW = "ראש העיר אמר ביום שישי כי הגשר ייסגר לארבעה עשר ימים.\n"
ARABIC = "قال رئيس البلدية يوم الجمعة إن الجسر سيغلق لمدة أربعة عشر يوما.\n"
JAPANESE = "市長は金曜日、橋が十四日間閉鎖されると述べた。修理には三百万円かかる見込みである。\n"
CHINESE = "市长星期五说，大桥将关闭十四天，这是为了居民的安全，人们可以在河上乘坐渡轮。\n"
KOREAN = "시장은 금요일에 다리가 십사일 동안 폐쇄될 것이라고 말했다.\n"


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        *((ENGLISH, name) for name in ("cp1252", "utf-16-le", "utf-16-be")),
        (ENGLISH.replace("½", ".5"), "mac-roman"),
        *((FRENCH, name) for name in ("cp1252", "mac-roman")),
        *((GERMAN, name) for name in ("cp1252", "mac-roman")),
        *((FRENCH.replace("’", "'"), "iso8859-15"), (SPANISH, "cp1252"), (SPANISH, "iso8859-15")),
        *((POLISH, "cp1250"), (POLISH, "iso8859-2"), (ENGLISH, "utf-32-le")),
        *((RUSSIAN, name) for name in ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")),
        *((RUSSIAN, "utf-16-le"), (GREEK, "cp1253"), (HEBREW, "cp1255"), (ARABIC, "cp1256")),
        *((JAPANESE, "cp932"), (JAPANESE, "euc_jp"), (CHINESE, "gb18030"), (KOREAN, "cp949")),
    ],
)
def test_a_charset_that_is_not_declared_is_guessed_and_named(text: str, charset: str) -> None:
    found = decode(text.encode(charset))
    assert found.text == text
    assert found.note is not None
    assert found.note.endswith(", a guess")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_nothing_is_said_of_what_is_certain(charset: str) -> None:
    for text in (ENGLISH, RUSSIAN, JAPANESE, "Plain.\n"):
        found = decode(text.encode(charset))
        assert (found.text, found.note) == (text, None)


def test_a_few_faults_in_utf_8_cost_themselves_alone() -> None:
    data = ENGLISH.encode().replace(b"Friday", b"Fri\xffday").replace(b"roof", b"ro\x92of")
    found = decode(data)
    assert found.text == ENGLISH.replace("Friday", "Fri\ufffdday").replace("roof", "ro\ufffdof")
    assert found.note == "damaged characters, kept as \ufffd: 2"


def test_one_byte_in_plain_english_is_read_if_it_makes_sense_there() -> None:
    assert decode(b"It costs \xa340 at the caf\xe9.").text == "It costs £40 at the café."
    assert decode(b"The coun\xa7cil met.").text == "The coun\ufffdcil met."
    stray = decode(b"The coun\xe9cil met.")
    assert stray.text == "The coun\ufffdcil met."
    assert stray.note == "damaged characters, kept as \ufffd: 1"
    for whole in ("A na\xefve plan.", "An expos\xe9 of it.", "A fa\xe7ade fell.", "S\xe3o Paulo."):
        assert decode(whole.encode("cp1252")).text == whole


def test_two_bytes_that_happen_to_be_utf_8_do_not_make_it_so() -> None:
    """In Windows-1252 É and a closing quotation mark are whole UTF-8 for another letter."""
    text = "“Vive le CAFÉ” stood on the wall, René said."
    assert decode(text.encode("cp1252")).text == text


def test_declared_charsets_are_those_of_browsers() -> None:
    data = "It costs €4 – “too much”.".encode("cp1252")
    for label in ("ISO-8859-1", "latin1", "us-ascii", '"windows-1252"', "x-cp1252"):
        found = decode(data, label)
        assert (found.text, found.note) == ("It costs €4 – “too much”.", None)
    assert decode(RUSSIAN.encode("koi8-r"), "KOI8-R").text == RUSSIAN
    assert decode("ﾃ①".encode("cp932"), "Shift_JIS").text == "ﾃ①"
    assert decode("가똠".encode("cp949"), "ks_c_5601-1987").text == "가똠"
    assert decode(POLISH.encode("iso8859-2"), "iso-8859-2").text == POLISH
    for unknown in ("x-unknown", "rot13", "utf-7", "unicode_escape", "a\x00b", "", None):
        assert codec_of(unknown) is None
        assert decode(data, unknown).text == "It costs €4 – “too much”."


def test_what_is_plainly_utf_8_is_read_so_whatever_it_declares() -> None:
    for label in ("iso-8859-1", "shift_jis", "utf-16", "utf-8"):
        assert decode(ENGLISH.encode(), label).text == ENGLISH
    assert decode("漢字".encode("iso2022_jp"), "iso-2022-jp").text == "漢字"


def test_a_byte_order_mark_wins_over_what_is_declared() -> None:
    assert decode(codecs.BOM_UTF8 + ENGLISH.encode(), "windows-1251").text == ENGLISH
    assert decode(ENGLISH.encode("utf-16"), "utf-8").text == ENGLISH


def test_zeros_here_and_there_are_damage_and_many_are_no_text() -> None:
    for text in ("Mayor\0 Dunn spoke to the council of the town.", "Rain. " * 2000 + "\0\0 end"):
        found = decode(text.encode())
        assert found.text == text
        assert found.note == f"damaged characters, kept as \ufffd: {text.count(chr(0))}"
    for data in (b"\x7fELF\x00\x00\x01", bytes(range(256)) * 9, b"\x00" * 50):
        with pytest.raises(ValueError, match="expected text, found binary data"):
            decode(data)


def test_all_ends_of_lines_become_line_feeds() -> None:
    assert decode(b"a\r\nb\rc\n").text == "a\nb\nc\n"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
@example("\ufeff")
def test_whole_utf_8_is_never_changed(text: str) -> None:
    assert decode(codecs.BOM_UTF8 + text.encode()).text == text


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "iso-8859-1", "shift_jis", "?"]))
def test_any_bytes_are_text_or_one_clear_line(data: bytes, declared: str | None) -> None:
    try:
        found = decode(data, declared)
    except ValueError:  # its one line is tested above
        return
    assert found.note is None or "\n" not in found.note
    if "\ufffd" in found.text:
        assert found.note is not None


def test_a_build_and_dateline_info_tell_what_was_guessed_or_damaged(tmp_path: Path) -> None:
    corpus = tmp_path / "in"
    corpus.mkdir()
    (corpus / "a.txt").write_bytes(ENGLISH.encode("cp1252"))
    (corpus / "b.txt").write_bytes(ENGLISH.encode().replace(b"Friday", b"Fri\xffday"))
    (corpus / "c.txt").write_text("Nothing to tell of this one. It is plain.")
    summary = index.build(corpus, tmp_path / "index", embedder=WordEmbedder())
    told = {note.path: note.text for note in summary.notes}
    assert told == {
        "a.txt": "it declares no charset; read as Windows-1252, a guess",
        "b.txt": "damaged characters, kept as \ufffd: 1",
    }
    store = open_index(tmp_path / "index")
    kept = json.loads(json.dumps(_facts(store)))["notes"]
    assert {note["path"]: note["text"] for note in kept} == told
    again = index.build(corpus, tmp_path / "index", embedder=WordEmbedder())
    assert again.notes == summary.notes
    copy(tmp_path / "index", tmp_path / "copy")
    assert _facts(open_index(tmp_path / "copy"))["notes"] == kept


def test_the_same_of_many_files_is_told_once(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.txt").write_bytes(ENGLISH.encode("cp1252"))
    rows = [{"text": "A caf\ufffd."}, {"text": "Plain."}]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    summary = index.build(tmp_path, tmp_path / "var", embedder=WordEmbedder())
    guesses = [note for note in summary.notes if "guess" in note.text]
    assert [note.path for note in guesses] == ["0.txt", "1.txt", "2.txt"]
    assert guesses[-1].text.endswith("(the same of 6 more)")


def test_lines_of_json_in_other_charsets_are_read(tmp_path: Path) -> None:
    lines = "".join(
        json.dumps({"id": str(number), "text": ENGLISH}, ensure_ascii=False) + "\n"
        for number in range(3)
    )
    (tmp_path / "a.jsonl").write_bytes(lines.encode("utf-16"))
    (tmp_path / "c.jsonl").write_bytes(lines.replace('"id": "', '"id": "c').encode("utf-16-le"))
    (tmp_path / "b.jsonl").write_bytes(lines.replace('"id": "', '"id": "b').encode("cp1252"))
    articles, skipped, notes = loaded(tmp_path)
    assert not skipped
    assert {article.text for article in articles.values()} == {ENGLISH}
    assert len(articles) == 9
    assert [(note.path, "(the same of 2 more)" in note.text) for note in notes] == [
        ("b.jsonl:1", True),
        ("c.jsonl:1", False),
    ]
