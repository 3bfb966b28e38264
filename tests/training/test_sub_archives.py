"""Smaller archives within a large one: which articles are drawn, and what is read of them."""

from __future__ import annotations

from index.types import Article, Match, Passage
from training.sub_archives import draw_articles, hits_within

WORDS = "alder birch cedar elder fir hazel juniper larch maple oak pine rowan".split()


def ranking(articles: int) -> list[Match]:
    """Return two passages of each article, the first article's best, all of other words."""
    matches = []
    for number in range(articles):
        text = " ".join(f"{word}{number}" for word in WORDS)
        article, middle = Article(str(number), text), len(text) // 2
        for start, end in ((0, middle), (middle, len(text))):
            matches.append(Match(Passage(article, start, end), 1 - number / articles))
    return matches


def test_a_sub_archive_is_drawn_from_the_nearest_and_holds_the_gold_article() -> None:
    ranked = ranking(300)
    drawn = draw_articles(ranked, 5, "299", "a question")
    assert len(drawn) == 5
    assert "299" in drawn  # though it is far from the question
    assert all(int(id) < 50 for id in drawn - {"299"})
    assert drawn == draw_articles(ranked, 5, "299", "a question")
    assert drawn != draw_articles(ranked, 5, "299", "another question")


def test_without_a_gold_article_all_are_drawn() -> None:
    assert draw_articles(ranking(4), 5, None, "a question") == {"0", "1", "2", "3"}


def test_what_is_read_is_of_the_articles_alone_and_in_their_order() -> None:
    ranked = ranking(40)
    hits = hits_within(ranked, {"3", "7", "35"})
    assert [(hit.article.id, hit.start > 0) for hit in hits] == [
        ("3", False),
        ("3", True),
        ("7", False),
        ("7", True),
        ("35", False),
        ("35", True),
    ]
    everything = {match.passage.article.id for match in ranked}
    assert len(hits_within(ranked, everything)) == 16
