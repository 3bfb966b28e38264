"""Sixty questions over many outlets, written down before the rules ran on them.

Each has sentences made for the tests, and the spans that a reader found in them (in [brackets]).
Spans that state one value have the same letter. `differ` says whether the values contradict each
other, `origins` how many independent origins each value has.

A line: OUTLET DAY | letter | sentence. A line without these goes on with the sentence before it.
Every sentence is an article of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    question: str
    lines: tuple[str, ...]
    differ: bool
    origins: dict[str, int]


def story(question: str, lines: str, differ: bool = False, **origins: int) -> Story:
    """Return a story with the lines that go on joined to those before them."""
    articles: list[str] = []
    for line in lines.strip().splitlines():
        if " | " in line:
            articles.append(line.strip())
        else:
            articles[-1] += f" {line.strip()}"
    return Story(question, tuple(articles), differ, origins)


STORIES = (
    # counts
    story("How many people were killed in the border clashes?", """
        Globe 2022-10-14 | a | The clashes on the border in September cost [at least 286] lives
            before the truce.
        Herald 2022-10-14 | b | [More than 200 people] died on that border in September, officials
            in both capitals said.
        Press 2022-10-14 | c | [Nearly 100 soldiers] of the two sides fell in September when
            fighting flared up again.
        """, differ=True, a=1, b=1, c=1),
    story("How many peacekeepers did Moscow send?", """
        Globe 2022-10-14 | a | Moscow sent about [2,000] peacekeepers to watch over the truce.
        Herald 2020-11-13 | a | The deal brings [2,000 Russian peacekeepers] to the region, some of
            whom man a checkpoint.
        Press 2021-01-02 | a | Under the cease-fire [two thousand] troops came from Russia as
            guards.
        """, a=3),
    story("How many crew members were killed?", """
        Globe 2022-01-01 | a | [Two] of its crew were killed and one was hurt when the helicopter
            fell.
        Herald 2022-01-01 | a | The crash killed [2] crew members, the ministry in the capital
            announced later.
        """, a=2),
    story("How many villages were flooded?", """
        Globe 2022-07-01 | a | The river flooded [forty-four villages] in the south of the province.
        Herald 2022-07-02 | a | In the south [44 villages] stand under water after a week of rain.
        Press 2022-07-02 | b | Rescuers counted [41 villages] under water on Saturday evening.
        """, differ=True, a=2, b=1),
    story("How many people live in the city?", """
        Globe 2022-07-01 | a | Some [2.5 million] people live in the city on the delta.
        Herald 2022-07-02 | a | The port, with its [2,500,000 inhabitants], lies at the mouth of the
            river.
        """, a=2),
    story("How many soldiers died?", """
        Globe 2022-07-01 | a | The army lost [200 soldiers] in the valley on Monday.
        Herald 2022-07-01 | b | [200 civilians] fled from the valley to the town.
        """, a=1, b=1),
    story("How much did the bridge cost?", """
        Globe 2022-03-01 | a | The new bridge cost [$12 million], twice the plan.
        Herald 2022-03-02 | a | At [12 million dollars] the bridge became twice as dear as planned.
        Press 2022-03-03 | b | In the end the city paid [$14 million] for the crossing.
        """, differ=True, a=2, b=1),
    story("What share of voters backed the law?", """
        Globe 2022-03-01 | a | The law was backed by [54%] of those who voted.
        Herald 2022-03-01 | a | It passed with [54 percent] of the vote on Sunday.
        Press 2022-03-01 | a | [54 per cent] said yes to the law, the commission announced.
        """, a=3),
    story("How long did the war last?", """
        Globe 2022-10-14 | a | The war of autumn 2020 went on for [six weeks] and killed thousands.
        Herald 2022-10-14 | b | Nothing as bad had happened since the war of 2020, which lasted [44
            days].
        """, a=1, b=1),
    story("How long did the strike last?", """
        Globe 2022-10-14 | a | The strike of the pilots lasted [six weeks] and ended in June.
        Herald 2022-10-14 | b | The strike of the pilots, which lasted [three months], ended in
            June.
        """, differ=True, a=1, b=1),
    story("How many workers lost their jobs?", """
        Globe 2022-05-01 | a | The plant dismissed [half a million] workers over ten years.
        Herald 2022-05-01 | a | In ten years [500,000 workers] lost their places at the plant.
        """, a=2),
    story("How many tonnes of grain left the port?", """
        Globe 2022-08-01 | a | The first ship took [26,000 tonnes] of grain out of the port.
        Herald 2022-08-01 | a | Loaded with [26,000 tonnes of grain], the first ship left.
        Press 2022-08-02 | b | The first ship left with [27,000 tonnes] in its holds.
        """, differ=True, a=2, b=1),
    story("How many members has the council?", """
        Globe 2022-08-01 | a | The council has [fifteen members], five of them permanent.
        Herald 2022-08-01 | b | [Five] of the council's members are permanent ones.
        """, a=1, b=1),
    story("How many people died in the war?", """
        Globe 2022-08-01 | a | In 1991 around [30,000] people were killed in the war.
        Herald 2022-08-01 | b | In 2020 more than [6,500 troops] were killed in the war.
        """, a=1, b=1),
    story("How many goals did she score?", """
        Globe 2022-08-01 | a | She scored [three goals] in the first half of the final.
        Herald 2022-08-01 | a | With [3 goals] before the break she decided the final.
        """, a=2),
    story("What was the death toll of the fire?", """
        Globe 2022-08-01 | a | The fire in the mill killed [12 people] on Monday.
        Globe 2022-08-03 | b | The number of the dead of Monday's fire rose to [15] during
            Wednesday.
        """, a=1, b=1),
    story("How fast was the wind?", """
        Globe 2022-08-01 | a | Gusts of [90 miles] an hour tore off roofs along the coast.
        Herald 2022-08-01 | b | The wind reached [145 kilometres] an hour along the coast.
        """, a=1, b=1),
    story("How many people were evacuated?", """
        Globe 2022-08-01 | a | [A dozen people] were brought to safety from the roof.
        Herald 2022-08-01 | a | The firemen took [12 people] down from the roof.
        """, a=2),
    # dates
    story("When did the ministers meet in Geneva?", """
        Globe 2022-10-14 | a | The ministers sat down in Geneva on [October 3] and began to write.
        Herald 2022-10-15 | a | On [3 October 2022] the two ministers met in Geneva for the first
            time.
        Press 2022-10-05 | a | The ministers met in Geneva [on Monday] to speak of a treaty.
        """, a=3),
    story("When did the volcano erupt?", """
        Globe 2022-10-14 | a | The volcano erupted in [October 2022] after a long sleep.
        Herald 2022-11-15 | a | It was on [October 3, 2022] that the volcano erupted at last.
        """, a=2),
    story("When did the bridge open?", """
        Globe 2022-10-14 | a | The bridge was opened on [May 4, 2019] by the queen.
        Herald 2022-10-14 | b | The bridge was opened on [May 14, 2019] by the queen.
        """, differ=True, a=1, b=1),
    story("When was the town founded?", """
        Globe 2022-10-14 | a | Monks founded the town in [1241] by the river.
        Herald 2022-10-14 | a | The town by the river, founded in [1241], is proud of its walls.
        """, a=2),
    story("When does the mission begin?", """
        Globe 2022-10-14 | a | The mission is to begin [next month] at the border.
        Herald 2022-10-20 | a | In [November 2022] the observers of the mission start their work.
        """, a=2),
    story("In which year did the war end?", """
        Globe 2022-10-14 | a | The war ended in [2020] with a deal.
        Herald 2021-03-01 | a | Since the war ended [last year], the road has been closed.
        """, a=2),
    story("When did the ship sink?", """
        Globe 2022-10-14 | a | The ferry sank [yesterday] off the northern cape.
        Herald 2022-10-14 | b | The ferry sank [on Wednesday] off the northern cape in a storm.
        """, differ=True, a=1, b=1),
    # names of people
    story("Who visited the troops?", """
        Globe 2022-10-14 | a | The visit of [French President Emmanuel Macron] to the troops lasted
            an hour. The president left at noon.
        Herald 2022-10-14 | a | [Emmanuel Macron] was with the troops in the morning.
        Press 2022-10-14 | a | [Macron] saw the troops before he left for home.
        """, a=3),
    story("Who spoke at the convention?", """
        Globe 2022-10-14 | a | [Hillary Clinton] spoke first at the convention.
        Herald 2022-10-14 | b | [Bill Clinton] spoke for an hour at the convention.
        Press 2022-10-14 | c | [Clinton] spoke at the convention and was cheered.
        """, differ=True, a=1, b=1, c=1),
    story("Who spoke at the fair?", """
        Globe 2022-10-14 | a | [Hillary Clinton] opened the book fair on Thursday.
        Herald 2022-10-14 | a | [Clinton] spoke at the fair. It was the first time that Hillary
            Clinton had come.
        """, a=2),
    story("Who is the prime minister of Armenia?", """
        Globe 2022-10-14 | a | They met [Nikol Pashinian], the prime minister of Armenia.
        Herald 2022-10-14 | a | Armenian [Prime Minister Nikol Pashinian] came by train, as a prime
            minister seldom does.
        Press 2022-10-14 | a | Armenia's leader [Pashinian] did not speak to reporters. Nikol
            Pashinian left early.
        """, a=3),
    story("Who is the spokeswoman?", """
        Globe 2022-10-14 | a | The ministry's [spokeswoman Maria Zakharova] was outraged.
        Herald 2022-10-14 | a | [Maria Zakharova] spoke for the ministry as ever.
        """, a=2),
    story("Who won the race?", """
        Globe 2022-10-14 | a | [Anna Berg] won the race by a second.
        Herald 2022-10-14 | b | [Eva Lund] won the race by a second, the judges decided.
        """, differ=True, a=1, b=1),
    story("Who wrote the report?", """
        Globe 2022-10-14 | a | The report was written by [Dr. Jane O'Neill] of the institute.
        Herald 2022-10-14 | a | [Jane O'Neill]'s report caused a stir.
        """, a=2),
    story("Who leads the party?", """
        Globe 2022-10-14 | a | [Ursula von der Leyen] leads the party into the vote.
        Herald 2022-10-14 | a | [von der Leyen] leads the party, and nobody else wants to.
        """, a=2),
    # countries, organisations
    story("Who brokered the truce?", """
        Globe 2022-10-14 | a | The truce was brokered by [the US] after two days.
        Herald 2022-10-14 | a | [The United States] brokered the truce on the third day.
        Press 2022-10-14 | a | It was a truce that the [U.S.] had brokered.
        """, a=3),
    story("Who brokered the ceasefire of 2020?", """
        Globe 2022-10-14 | a | In 2020 [Russia] brokered a ceasefire after six weeks.
        Herald 2022-10-14 | a | A [Russian]-brokered ceasefire ended the war in 2020.
        Press 2022-10-14 | b | In 2020 [Moscow] brokered a ceasefire and sent troops.
        """, a=2, b=1),
    story("Which country won the vote?", """
        Globe 2022-10-14 | a | [Britain] won the vote of the assembly.
        Herald 2022-10-14 | b | [France] won the vote of the assembly by one voice.
        """, differ=True, a=1, b=1),
    story("Which body will send a mission?", """
        Globe 2022-10-14 | a | The [European Union] will send a mission to the border.
        Herald 2022-10-14 | a | The [EU] will send a mission of civilians.
        """, a=2),
    story("Which alliance stands ready?", """
        Globe 2022-10-14 | a | The [Collective Security Treaty Organization] stands ready to send
            observers.
        Herald 2022-10-14 | a | The [CSTO] stands ready, its secretary said.
        Press 2022-10-14 | b | [NATO] stands ready, a general said.
        """, differ=True, a=2, b=1),
    story("Which countries co-chair the group?", """
        Globe 2022-10-14 | a | [France, Russia and the United States] co-chair the group.
        Herald 2022-10-14 | b | [Russia and the United States] are the other two co-chairs.
        Press 2022-10-14 | c | [France] is one of the co-chairs of the group.
        """, a=1, b=1, c=1),
    story("What is the main city of the region?", """
        Globe 2022-10-14 | a | Outside [Stepanakert], the region's main city, stands a checkpoint.
        Herald 2022-10-14 | a | The main city, [Stepanakert], lay dark.
        """, a=2),
    story("Where did they meet?", """
        Globe 2022-10-14 | a | They met in [Prague] on Thursday for the first time.
        Herald 2022-10-14 | a | On Thursday [Prague] saw them at one table.
        Press 2022-10-14 | b | They met in [Brussels] on Thursday, a diplomat said.
        """, differ=True, a=2, b=1),
    story("Where did the plane land?", """
        Globe 2022-10-14 | a | The plane landed in [New York] with one engine.
        Herald 2022-10-14 | b | The plane landed in [York], England, with one engine.
        """, differ=True, a=1, b=1),
    # words and quotations
    story("What did she call the statement?", """
        Globe 2022-10-14 | a | She called the statement ["outrageous"] on Thursday.
        Herald 2022-10-14 | a | The statement was [outrageous], she said.
        Press 2022-10-14 | b | She called it ["outrageous, absolutely unacceptable"] in a message.
        """, a=2, b=1),
    story("What did he call the accusation?", """
        Globe 2022-10-14 | a | He called the accusation ["absolutely baseless"] and went on.
        Herald 2022-10-14 | a | The accusation was ["baseless"], he said.
        """, a=2),
    story("Why was the flight delayed?", """
        Globe 2022-10-14 | a | The flight was delayed because of [thick fog over the runway].
        Herald 2022-10-14 | b | [A strike of the ground crew] delayed the flight.
        """, a=1, b=1),
    story("What shut the airport?", """
        Globe 2022-10-14 | a | [The storm] shut the airport for a night.
        Herald 2022-10-14 | a | The airport was shut by [a storm] on Sunday night.
        """, a=2),
    story("What does the mission do?", """
        Globe 2022-10-14 | a | The mission is to [observe the border].
        Herald 2022-10-14 | b | The mission will [help to draw the border].
        """, a=1, b=1),
    # copies of one wire story
    story("How many houses burned?", """
        Globe 2022-06-01 | a | The fire that broke out in the hills on Tuesday burned [31 houses]
            before the wind turned, the county said.
        Herald 2022-06-01 | a | The fire that broke out in the hills on Tuesday burned [31 houses]
            before the wind turned, the county said on Wednesday.
        Press 2022-06-01 | a | Officials put the loss at [31 houses] and a school.
        """, a=2),
    story("Who bought the paper?", """
        Globe 2022-06-01 | a | The oldest paper of the city was bought on Friday by [Lars Holm], who
            made his money with ferries.
        Herald 2022-06-01 | a | (Agency) The oldest paper of the city was bought on Friday by [Lars
            Holm], who made his money with ferries.
        Press 2022-06-01 | a | The oldest paper of the city was bought on Friday by [Lars Holm], who
            made his money with ferries, it was announced.
        """, a=1),
    story("How many boats were lost?", """
        Globe 2022-06-01 | a | The storm that came in from the sea overnight sank [nine boats] in
            the harbour and tore down the cranes.
        Herald 2022-06-01 | b | The storm that came in from the sea overnight sank [seven boats] in
            the harbour and tore down the cranes.
        """, differ=True, a=1, b=1),
    story("When did the mine close?", """
        Globe 2022-06-01 | a | The last mine of the valley, which once fed eleven villages, closed
            on [March 3, 2021] for good.
        Herald 2022-06-02 | a | The last mine of the valley, which once fed eleven villages, closed
            on [March 3, 2021] for good, records show.
        """, a=1),
    # kinds that look alike
    story("How many tests were carried out in 2022?", """
        Globe 2022-12-30 | a | The laboratory carried out [2022 tests] this year.
        Herald 2022-12-30 | a | This year the laboratory made [2,022 tests] of water.
        """, a=2),
    story("What happened to the minister?", """
        Globe 2022-10-14 | a | The minister [resigned on Monday].
        Herald 2022-10-14 | b | The minister [was dismissed by the king].
        """, a=1, b=1),
    story("Who are the candidates?", """
        Globe 2022-10-14 | a | [Anna Berg] is the first candidate for the post.
        Herald 2022-10-14 | b | [Eva Lund] is a candidate for the post too.
        """, a=1, b=1),
    story("Which ministers attended the talks?", """
        Globe 2022-10-14 | a | [Sergei Lavrov] attended the talks in Astana.
        Herald 2022-10-14 | b | [Ararat Mirzoyan] attended the talks in Astana as well.
        """, a=1, b=1),
    story("How old is the mayor?", """
        Globe 2022-10-14 | a | The mayor, [64], has held the post for a year.
        Herald 2022-10-14 | a | The mayor is [64 years old] and likes to sail.
        Press 2022-10-14 | b | At [46] the mayor is the youngest of the region.
        """, differ=True, a=2, b=1),
    story("What is the inflation rate?", """
        Globe 2022-10-14 | a | Inflation stood at [8.2 percent] in September.
        Herald 2022-10-14 | a | In September prices rose by [8.2%] on the year.
        Press 2022-10-14 | b | In September inflation was [8.3%], a bank reckons.
        """, differ=True, a=2, b=1),
    story("How many dams were hit?", """
        Globe 2022-10-14 | a | Shells hit [one dam] on the upper river.
        Herald 2022-10-14 | b | Shells hit [several dams] on the upper river.
        """, a=1, b=1),
    story("Who found the wreck?", """
        Globe 2022-10-14 | a | The wreck was found by [divers from Norway] in May.
        Herald 2022-10-14 | a | [Divers from Norway] found the wreck at 90 metres.
        """, a=2),
    story("How many refugees crossed the border?", """
        Globe 2022-10-14 | a | [Up to 10,000 refugees] crossed the border on Friday.
        Herald 2022-10-14 | a | On Friday [10,000 people] crossed the border, more than ever.
        Press 2022-10-14 | b | [8,000] crossed the border on Friday.
        """, differ=True, a=2, b=1),
)  # fmt: skip
