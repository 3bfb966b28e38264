"""The turns of a conversation.

Each is a question as asked and as understood, with its answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.types import Reply

_MOST_TURNS, _LONGEST_TURN = 100, 20_000  # that a browser may keep; characters of one


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as asked and as understood, and its best answer.

    `sentence` is the one that the answer stands in. `answer` and `sentence` are None if there was
    no answer. `cited` is that sentence with its source, if a view keeps it. `title` is the title
    of its article.
    """

    asked: str
    understood: str
    answer: str | None = None
    sentence: str | None = None
    address: str = ""
    cited: str = ""
    title: str = ""

    @classmethod
    def of(cls, understood: Understood, reply: Reply, address: str = "") -> Turn:
        """Return the turn of a question and its reply."""
        if not reply.answers:
            return cls(understood.asked, reply.question, address=address)
        best = reply.answers[0].citations[0]
        title = best.article.title or ""
        return cls(understood.asked, reply.question, best.text, best.sentence, address, title=title)

    @classmethod
    def recalled(cls, kept: object) -> list[Turn]:
        """Return the turns that a browser kept, as `asdict` gave them.

        Browsers are not to be trusted: what is no such turn is left out.
        """
        if not isinstance(kept, list):
            return []
        turns = []
        for one in kept[-_MOST_TURNS:]:
            try:
                turn = cls(**one)
            except TypeError:
                continue
            if _is_sound(turn):
                turns.append(turn)
        return turns


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as typed, and as it is asked.

    `stands_for` is the phrase that was put into it, if one was. `others` are other questions that
    may be meant, to be offered beside it.
    """

    asked: str
    text: str
    stands_for: str = ""
    others: tuple[str, ...] = ()


def _is_sound(turn: Turn) -> bool:
    """Return whether a turn from a browser is sound.

    Its texts must be of reasonable length and its address local.
    """
    texts = [turn.asked, turn.understood, turn.address, turn.cited, turn.title]
    texts += [text for text in (turn.answer, turn.sentence) if text is not None]
    if not all(isinstance(text, str) for text in texts):
        return False
    return sum(map(len, texts)) <= _LONGEST_TURN and turn.address[:1] in ("", "?")
