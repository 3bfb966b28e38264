"""Pairs of statements, and how their values stand to each other.

Each has two sentences made for the tests with the span of a value in [brackets], the first of
Monday 9 March 2026 and the second of the day after, and the relation wanted. Some are spans alone,
one pair per line. What is known to be beyond the rules is left out: "twice", "Christmas Day",
5/3/2026, "Johnson & Johnson".
"""

from __future__ import annotations

Pairs = tuple[tuple[str, str, str], ...]

COUNTS: Pairs = (  # the question asks for a number
    # bounds
    ("[More than 5,000] people marched.", "Police counted [5,240 people].", "compatible"),
    ("More than [200] people died.", "In all [286] people died.", "different"),
    ("It burned at least [40 homes].", "It burned fewer than [40 homes].", "different"),
    ("It burned [at least 40 homes].", "It burned [70 homes].", "different"),
    ("It burned [at least 40 homes].", "It burned [44 homes].", "compatible"),
    ("At least [286] died.", "[286 people] died.", "same"),
    ("Nearly [12,000] came.", "[11,870] came.", "compatible"),
    ("Nearly [12,000] came.", "[12,300 people] came.", "different"),
    ("About [200 guests] came.", "[215 guests] came.", "compatible"),
    ("About [200 guests] came.", "[240 guests] came.", "different"),
    ("Up to [40] were hurt.", "[35] were hurt.", "compatible"),
    ("Up to [40] were hurt.", "[46] were hurt.", "different"),
    ("[No more than 40] were hurt.", "More than [40] were hurt.", "different"),
    ("[8 to 10 boats] sank.", "[Nine boats] sank.", "compatible"),
    ("[Between 8 and 10] boats sank.", "[12 boats] sank.", "different"),
    ("[8-10 boats] sank.", "[Eight to ten boats] sank.", "same"),
    ("[40 or more] fled.", "At least [40] fled.", "same"),
    ("Just over [200 people] voted.", "[208 people] voted.", "compatible"),
    # rounding
    ("[1.2 million] people live there.", "[1,234,567 people] live there.", "compatible"),
    ("[12,000] fans came.", "[11,870 fans] came.", "compatible"),
    ("[12,000] fans came.", "[13,000 fans] came.", "different"),
    ("It killed [40 people].", "It killed [38 people].", "different"),
    ("Up to now [10,000 people] fled.", "Now [8,000 people] have fled.", "different"),
    ("Prices rose [8 percent].", "Prices rose [8.2%].", "compatible"),
    ("Prices rose [8.2 percent].", "Prices rose [8.3%].", "different"),
    # forms of numbers
    ("It cost [1 250 000 euros].", "It cost [1.25 million euros].", "same"),
    ("It cost [1\u202f250\u202f000 euros].", "It cost [€1.25m].", "same"),
    ("It cost [1.250.000 euros].", "It cost [EUR 1.25 million].", "same"),
    ("The port cost [$42mn].", "The port cost [$42 million].", "same"),
    ("The port cost [$42m].", "The port cost [42 million dollars].", "same"),
    ("It took [2½ hours].", "It took [two and a half hours].", "same"),
    ("It took [a year and a half].", "It took [1.5 years].", "same"),
    ("[Nobody] was hurt.", "[Three people] were hurt.", "different"),
    ("[No one] was hurt.", "[Zero people] were hurt.", "same"),
    ("[None] of them was hurt.", "[No passengers] were hurt.", "same"),
    ("[One woman] died.", "[Three women] died.", "different"),
    ("They won [34 of the 120 seats].", "They won [34 seats].", "same"),
    ("[One in three] voted.", "[3] voted.", "incomparable"),
    ("[A third] of them left.", "[30 percent] left.", "compatible"),
    ("[A third] of them left.", "[45 percent] left.", "different"),
    # units
    ("It is worth [A$5 million].", "It is worth [US$5 million].", "different"),
    ("It is worth [HK$5m].", "It is worth [C$5m].", "different"),
    ("It is worth [$5m].", "It is worth [US$5 million].", "same"),
    ("It is worth [€5m].", "It is worth [$5.4m].", "incomparable"),
    ("Turnout fell by [4 percent].", "It fell by [4 percentage points].", "different"),
    ("It was [35 C] in the shade.", "It was [95 degrees Fahrenheit].", "same"),
    ("It was [35 C] in the shade.", "It was [85 F] in the shade.", "different"),
    ("Gusts reached [185 km/h].", "Gusts reached [115 miles per hour].", "compatible"),
    ("Gusts reached [185 km/h].", "Gusts reached [90 mph].", "different"),
    ("It is [100 miles] away.", "It is [160 kilometres] away.", "compatible"),
    ("It carried [3 tonnes].", "It carried [3.3 tons].", "compatible"),
    ("It burned [40 acres].", "It burned [16 hectares].", "compatible"),
    ("It lasted [six weeks].", "It lasted [44 days].", "compatible"),
    ("He is [5 feet 10 inches] tall.", "He is [1.78 metres] tall.", "compatible"),
    ("It took [2 hours and 30 minutes].", "It took [2½ hours].", "same"),
    ("[200 soldiers] died.", "[286 civilians] died.", "incomparable"),
    ("[200 soldiers and 80 guards] died.", "[280] died.", "compatible"),
    ("[200 Armenian soldiers] died.", "[200] died.", "same"),
)
NAMES_AND_DATES: Pairs = (
    # clock times
    ("It closed at [9.40pm].", "It closed at [9:40 p.m.].", "same"),
    ("It closed at [21:40].", "It closed at [9:40 p.m.].", "same"),
    ("It closed at [9:40 a.m.].", "It closed at [9:40 p.m.].", "different"),
    # dates
    ("It will start on [April 14].", "It starts on [April 14, 2026].", "same"),
    ("It closed last [Friday].", "It closed on [March 6].", "same"),
    ("It closed [on Friday].", "It closed on [5 March 2026].", "different"),
    ("It opened [on Monday].", "It opened [yesterday].", "same"),
    ("It opened in [2019].", "It opened on [May 4, 2019].", "same"),
    # people
    ("[Gordon Hale] leads it.", "[Gordon P. Hale] leads it.", "same"),
    ("[Gordon T. Hale] leads it.", "[Gordon P. Hale] leads it.", "different"),
    ("[Kari O’Dowd] leads it.", "[Kari O'Dowd] leads it.", "same"),
    ("[Jürgen Müller] won.", "[Juergen Mueller] won.", "same"),
    ("[Łukasz Wałęsa] won.", "[Lukasz Walesa] won.", "same"),
    ("[Søren Bjørk] won.", "[Soren Bjork] won.", "same"),
    ("[Tom Bell Jr.] won.", "[Tom Bell] won.", "same"),
    ("[Tom Bell, Jr.] won.", "[Tom Bell Sr.] won.", "different"),
    ("[Anna Berg] won.", "[Eva Lund] won.", "different"),
    # places
    ("They met in [St. Albans].", "They met in [Saint Albans].", "same"),
    ("They met in [Kyiv].", "They met in [Kiev].", "same"),
    ("They met in [New York].", "They met in [York].", "different"),
    ("[Britain] won.", "[The United Kingdom] won.", "same"),
    ("[The U.K.] won.", "[British] voters won.", "same"),
    ("[Turkey] won.", "[Türkiye] won.", "same"),
    ("[Cuba] won.", "[Cubans] won.", "same"),
    ("[Burma] won.", "[Myanmar] won.", "same"),
    ("[Czechia] won.", "[The Czech Republic] won.", "same"),
    ("[America] won.", "[The U.S.] won.", "same"),
    ("[Moscow] agreed.", "[Russia] agreed.", "compatible"),
    ("[France] won.", "[Britain] won.", "different"),
    # clauses and lists
    (
        "[Two rocks of 3 tonnes had fallen on it].",
        "[A slide put 14 trees onto it].",
        "incomparable",
    ),
    ("[France and Italy] won.", "[France] won.", "incomparable"),
    ("It was [a Boeing 737].", "It was [an Airbus].", "different"),
)


def pairs(lines: str) -> Pairs:
    """Return (one, other, wanted) of each line."""
    rows = [[part.strip() for part in line.split("|")] for line in lines.strip().splitlines()]
    return tuple((one, other, wanted) for one, other, wanted in rows)


COUNTS += pairs(
    """
    At least [a dozen people] died. | [14 people] died. | compatible
    [Dozens] died. | [34] died. | incomparable
    [Hundreds of people] fled. | [300 people] fled. | incomparable
    [nearly 100 soldiers] fell | [286 people] fell | different
    [more than US$5m] was lost | [$5.2 million] was lost | compatible
    [fewer than 10,000] came | [10,400 visitors] came | different
    [over 1,000] flights | [1,042 flights] | compatible
    [over half a million] people | [540,000 people] | compatible
    [half] of them left | [50 percent] left | same
    [More than half] of them left | [40 percent] left | different
    [one in five] children | [20 percent of children] | same
    [12 percent] | [120] | incomparable
    the [first half] | [50 percent] | incomparable
    loses [€40,000] a month | loses [€40,000] a year | different
    a rent of [€2,000 a month] | [€24,000] a year | same
    [€2,000 a month] | [€30,000] a year | different
    lost [€40,000] | lost [€40,000] a month | same
    lost [€40,000] | lost [€50,000] a month | incomparable
    [30,000 litres] of water a day | [30,000 litres] of water an hour | different
    [40 people] died a year ago | [40 people] died | same
    [40 people] died a year ago | [50 people] died | different
    [two-thirds] of them | [67%] | compatible
    [£3.5bn] deal | [3.5 billion pounds] | same
    [£3.5bn] deal | [€4bn] deal | incomparable
    [Rs 500 crore] | [5 billion rupees] | same
    [10 lakh people] | [1 million people] | same
    [$1.5 trillion] | [$1,500 billion] | same
    [$1.2bn] | [$1.2 million] | different
    [23,000 sq km] burned | [9,000 square miles] burned | compatible
    [6 feet] of snow | [1.8 metres] of snow | compatible
    a [5m-high] wave | a [16-foot] wave | compatible
    [5m people] fled | [5 million] fled | same
    [90 minutes] | [an hour and a half] | same
    [500 hectares] | [5 square kilometres] | same
    [58-41] | [41] | incomparable
    flew [4,600 kilometers (2,858 miles)] | flew [4,600 kilometers] | same
    paid [180 million euros, or $209 million], for it | paid [€180m] | same
    hit his [61st home run] | hit [61] | same
    [an hour] | [60 minutes] | same
    [three years] | [36 months] | compatible
    [three years] | [four years] | different
    [aged 34] | [34 years old] | same
    [34-year-old] | [34] | same
    [64] | [46] | different
    magnitude [6.8] | [6.8-magnitude] | same
    [magnitude 6.8] | [magnitude 7.1] | different
    won [3-1] | won [3-1] | same
    won [3-1] | won [2-1] | different
    [52-48 percent] | [52%] | incomparable
    [1,200 megawatts] | [1.2 GW] | same
    [70 knots] | [80 mph] | compatible
    [200 pounds] | [91 kg] | compatible
    [200 pounds] | [€230] | incomparable
    [10 gallons] | [38 litres] | compatible
    [no casualties] | [two casualties] | different
    [zero] | [none] | same
    [not a single person] | [three people] | different
    [an estimated 300 people] | [320 people] | compatible
    [as many as 500 people] | [450] | compatible
    [200 children] | [200 kids] | incomparable
    [three women and two men] | [five people] | compatible
    [Some 40] children | [40 children] | same
    [40 of its 60 crew] | [40] | same
    [99 of 120] | [99] | same
    [$42.5m] | [$42 million] | compatible
    [3,000 troops] | [3000 troops] | same
    [one million] | [1,000,000] | same
    [twenty-one] | [21] | same
    [1,5 million] | [1.5 million] | same
    [€1,250.50] | [1250.50 euros] | same
    [a hundred] | [100] | same
    [-5 C] | [23 F] | same
    [minus 5 C] | [5 C] | different
    [40C] | [40 degrees Celsius] | same
    [40 degrees] | [104 F] | compatible
    [12 percent] | [12 pct] | same
    [12 percent] | [12 per cent] | same
    [half a point] | [0.5 percentage points] | incomparable
    [$5 a barrel] | [$5 per barrel] | same
    [$80 a barrel] | [$85 a barrel] | different
    [5,000 jobs] | [5,000 job cuts] | same
    [two dozen] | [24] | same
    [1.5m] | [1.5 million] | same
    [10am] | [10:00] | same
    """
)
NAMES_AND_DATES += pairs(
    """
    It opens [tomorrow]. | It opens on [March 10]. | same
    It opened [last week]. | It opened [on March 4]. | same
    It opens [next week]. | It opens on [March 17, 2026]. | same
    It opened [two days ago]. | It opened [on March 7]. | same
    [March 2026] | [2026-03-09] | same
    [early March] | [March 5, 2026] | same
    [Friday, March 6] | [March 6, 2026] | same
    [Friday] | [March 6] | same
    [Saturday at 9:40 p.m.] | [9:40 p.m.] | same
    [at noon] | [12 p.m.] | same
    [midnight] | [12 a.m.] | same
    [St. Petersburg] | [Saint Petersburg] | same
    [J.K. Rowling] | [J. K. Rowling] | same
    [JK Rowling] | [J.K. Rowling] | same
    [Dr. Anna Berg] | [Anna Berg] | same
    [François Hollande] | [Francois Hollande] | same
    [Nuñez] | [Nunez] | same
    [Ångström] | [Angstrom] | same
    [Vladimir Putin's] | [Vladimir Putin] | same
    [O'Neill] | [O’Neill] | same
    [George W. Bush] | [George H.W. Bush] | different
    [the European Union] | [EU] | same
    [South Korea] | [North Korea] | different
    [South Korea] | [South Koreans] | same
    [UAE] | [United Arab Emirates] | same
    [Holland] | [the Netherlands] | same
    [Dutch] | [the Netherlands] | same
    [Ivory Coast] | [Côte d’Ivoire] | same
    [Russia's Defence Ministry] | [the Defence Ministry] | same
    [the Ministry of Defence] | [Ministry of Defense] | same
    [Bombay] | [Mumbai] | same
    [Robert F. Kennedy Jr.] | [Robert Kennedy Jr.] | same
    [Queen Elizabeth II] | [Queen Elizabeth] | same
    [Elizabeth II] | [Elizabeth I] | different
    [U.N.] | [United Nations] | same
    [Mt. Everest] | [Mount Everest] | same
    fled to [Malé, in the Maldives] | fled to [the Maldives] | same
    fled to [Malé, in the Maldives] | fled to [Singapore] | different
    [Hezbollah] | [Hizbullah] | compatible
    [Mohammed Salah] | [Mohamed Salah] | same
    [a landslide] | [landslide] | same
    [the storm’s winds] | [the storm's winds] | same
    [two suspects were arrested after a chase] | [a chase through five streets] | incomparable
    [Mohammed Ali] | [Muhammad Ali] | compatible
    [Niger] | [Nigeria] | different
    [Romania] | [Armenia] | different
    [Grandmaster Aleksandr Völker] won. | [Alexander Voelker] won. | compatible
    [Ms Olander] won. | [Margit Olander] won. | same
    [captain Rui Esposito] scored | [Joe Varga] scored | different
    [Holtra, Beckman and Ponte] | [Ponte, Holtra and Beckman] | same
    who left in [May], | who left on [May 4, 2025], | same
    It opens [on Friday], he said. | It opens on [13 March]. | same
    [Anna Martin] | [Anna Martina] | different
    """
)
