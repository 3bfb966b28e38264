"""Pairs of statements, and how their values stand to each other.

Each has two sentences made for the tests with the span of a value in [brackets], the first of
Monday 9 March 2026 and the second of the day after, and the relation wanted. They were written
down before the rules ran on them.
"""

from __future__ import annotations

COUNTS = (  # the question asks for a number
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
    ("[A third] of them left.", "[30 percent] left.", "incomparable"),
    # units
    ("It is worth [A$5 million].", "It is worth [US$5 million].", "different"),
    ("It is worth [HK$5m].", "It is worth [C$5m].", "different"),
    ("It is worth [$5m].", "It is worth [US$5 million].", "same"),
    ("It is worth [€5m].", "It is worth [$5.4m].", "incomparable"),
    ("Turnout fell by [4 percent].", "It fell by [4 percentage points].", "different"),
    ("It was [35 C] in the shade.", "It was [95 degrees Fahrenheit].", "compatible"),
    ("It was [35 C] in the shade.", "It was [85 F] in the shade.", "different"),
    ("Gusts reached [185 km/h].", "Gusts reached [115 miles per hour].", "compatible"),
    ("Gusts reached [185 km/h].", "Gusts reached [90 mph].", "different"),
    ("It is [100 miles] away.", "It is [160 kilometres] away.", "compatible"),
    ("It carried [3 tonnes].", "It carried [3.3 tons].", "compatible"),
    ("It burned [40 acres].", "It burned [16 hectares].", "compatible"),
    ("It lasted [six weeks].", "It lasted [44 days].", "compatible"),
    ("[200 soldiers] died.", "[286 civilians] died.", "incomparable"),
    ("[200 soldiers and 80 guards] died.", "[280] died.", "compatible"),
    ("[200 Armenian soldiers] died.", "[200] died.", "same"),
)
NAMES_AND_DATES = (
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
