"""HTML as a browser reads it: the tags, the text, and the text of each marked finding."""

from __future__ import annotations

from html.parser import HTMLParser

import hypothesis.strategies as st

# The elements that the page makes; any other one comes from an article or a question.
OURS = set(
    """section h2 h3 p b i em bdi div details summary span blockquote mark cite ol ul li a button
    article aside time nav header table caption thead tbody tr th td progress""".split()
)
ATTACKS = [
    "<script>alert(1)</script>",
    "</div><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp;",
    "\" onmouseover='x'",
    "${alert(1)}",
    "{{7*7}}",
    "<!--",
    "]]>",
]
nasty = st.one_of(st.text(min_size=1, max_size=60), st.sampled_from(ATTACKS))


class Parsed(HTMLParser):
    """The tags with their attributes, all text, and the text of findings and of quotations."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.quoted = "", [""]
        self.findings: dict[str, str] = {}
        self._marks: list[dict[str, str | None]] = []
        self.feed(str(html))  # without the escaping of Markup
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self._marks.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark" and "data-findings" not in self._marks.pop():
            self.quoted.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        for mark in self._marks[-1:]:
            if "data-findings" not in mark:
                self.quoted[-1] += data
            for number in (mark.get("data-findings") or "").split():
                self.findings[number] = self.findings.get(number, "") + data

    def attributes(self, name: str) -> list[str | None]:
        """Return every value of an attribute."""
        return [attributes[name] for _, attributes in self.tags if name in attributes]

    def is_ours(self) -> bool:
        """Return whether every element is the page's, and none has code or a source of its own."""
        names = {name for _, attributes in self.tags for name in attributes}
        foreign = [name for name in names if name.startswith("on") or name == "src"]
        return {tag for tag, _ in self.tags} <= OURS and not foreign


def as_parsed(text: str) -> str:
    """Return a text with the line ends that a parser gives."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
