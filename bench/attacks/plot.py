#!/usr/bin/env python3
"""Draws people exposed over time, one small picture an attack, and prints the tables of docs/watch.md.

    bench/attacks/plot.py bench/attacks/results.jsonl docs/watch

writes docs/watch-800.svg and docs/watch-100000.svg. Solid: with canaries; dashed: without. A dot: stopped. Both scales
are logarithmic, from a second to 137 days and from one person to everybody.
"""
import collections
import json
import math
import statistics
import sys
from xml.sax.saxutils import escape

COLUMNS, WIDE, HIGH, LEFT, TOP, GAP_X, GAP_Y = 4, 170, 96, 44, 56, 50, 62
DAYS = 137
TICKS = ((1, "1 s"), (60, "1 min"), (3600, "1 h"), (86400, "1 d"), (DAYS * 86400, f"{DAYS} d"))
INK, WITH, WITHOUT, GRID = "#333", "#0b6e4f", "#b3452c", "#ddd"


def rows_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Panel:
    def __init__(self, number, name, shop):
        self.x = LEFT + number % COLUMNS * (WIDE + GAP_X)
        self.y = TOP + number // COLUMNS * (HIGH + GAP_Y)
        self.shop, self.out = shop, []
        self.text(self.x, self.y - 8, name, "start", 12)
        for seconds, label in TICKS:
            at = self.at(seconds, 1)[0]
            self.line([(at, self.y), (at, self.y + HIGH)], GRID)
            self.text(at, self.y + HIGH + 12, label, "middle", 8)
        people = 1
        while people <= shop:
            at = self.at(1, people)[1]
            self.line([(self.x, at), (self.x + WIDE, at)], GRID)
            self.text(self.x - 4, at + 3, f"{people:,}", "end", 8)
            people *= 10

    def at(self, seconds, people):
        along = math.log(max(seconds, 1)) / math.log(DAYS * 86400)
        up = math.log(max(people, 1)) / math.log(self.shop * 1.2)
        return self.x + WIDE * min(along, 1), self.y + HIGH * (1 - up)

    def text(self, x, y, words, anchor, size):
        self.out.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{INK}">'
                        f"{escape(words)}</text>")

    def line(self, points, colour, dashed=False, width=1.0):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self.out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}/>')

    def curve(self, row):
        without = row["canaries"] == 0
        colour = WITHOUT if without else WITH
        points = [self.at(1, 0)] + [self.at(*point) for point in row["curve"]]
        self.line(points, colour, without, 1.8)
        if row["ending"] == "stopped":
            x, y = points[-1]
            self.out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')


def picture(rows, shop):
    first = [row for row in rows if row.get("curve") and row["shop"] == shop]
    names = list(dict.fromkeys(row["attack"] for row in first))
    high = TOP + math.ceil(len(names) / COLUMNS) * (HIGH + GAP_Y)
    wide = LEFT + COLUMNS * (WIDE + GAP_X)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif">',
           f'<rect width="{wide}" height="{high}" fill="white"/>',
           f'<text x="{LEFT}" y="22" font-size="14" fill="{INK}">People exposed over time, a shop of {shop:,}, '
           f'seed {first[0]["seed"]}: solid with canaries, dashed without, a dot where it was stopped</text>']
    for number, name in enumerate(names):
        panel = Panel(number, name, shop)
        for row in first:
            if row["attack"] == name:
                panel.curve(row)
        out += panel.out
    return "\n".join(out + ["</svg>", ""])


def by_whom(rows):
    counts = collections.Counter(f'{row["by"]} {row["ending"]}' if row["ending"] == "held" else
                                 row["by"] or row["ending"] for row in rows)
    return ", ".join(f"{name} {count}" if len(counts) > 1 else name for name, count in counts.most_common())


def attack_table(rows, shop):
    both = len({row["canaries"] > 0 for row in rows if "attack" in row and row["shop"] == shop}) > 1
    heads = ["attack", "seeds", "people, mean", "median", "most", "share", "ended by"]
    print("| " + " | ".join(heads + (["without canaries: mean", "share"] if both else [])) + " |")
    print("|---|" + "--:|" * 5 + "---|" + ("--:|--:|" if both else ""))
    for name in dict.fromkeys(row["attack"] for row in rows if "attack" in row):
        chosen = {with_: [row for row in rows if row.get("attack") == name and row["shop"] == shop
                          and (row["canaries"] > 0) == with_] for with_ in (True, False)}
        if not chosen[True]:
            continue
        people = [row["people"] for row in chosen[True]]
        cells = [f"`{name}`", str(len(people)), f"{statistics.mean(people):,.0f}", f"{statistics.median(people):,.0f}",
                 f"{max(people):,}", f"{100 * statistics.mean(row['share'] for row in chosen[True]):.2f} %",
                 by_whom(chosen[True])]
        if both:
            cells += [f"{statistics.mean(row['people'] for row in chosen[False]):,.0f}",
                      f"{100 * statistics.mean(row['share'] for row in chosen[False]):.2f} %"]
        print("| " + " | ".join(cells) + " |")


def honest_table(rows):
    print("| shop | seeds | reader-days | false trips | per 10,000 | false alerts | per 1,000 | slowed | days with a refusal |")
    print("|--:|" * 1 + "--:|" * 8)
    for shop in sorted({row["shop"] for row in rows}):
        chosen = [row for row in rows if "honest" in row and row["shop"] == shop and not row["without_canaries"]]
        if not chosen:
            continue
        total = {key: sum(row[key] for row in chosen) for key in ("reader_days", "trips", "alerts", "slowed", "refused_days")}
        print(f"| {shop:,} | {len({row['seed'] for row in chosen})} | {total['reader_days']:,} | {total['trips']} | "
              f"{1e4 * total['trips'] / total['reader_days']:.2f} | {total['alerts']} | "
              f"{1e3 * total['alerts'] / total['reader_days']:.2f} | {total['slowed']} | {total['refused_days']} |")


def main():
    rows = rows_of(sys.argv[1])
    for shop in sorted({row["shop"] for row in rows}):
        print(f"\n{shop:,} customers\n")
        attack_table(rows, shop)
        if any(row.get("curve") and row["shop"] == shop and row["canaries"] == 0 for row in rows if "attack" in row):
            with open(f"{sys.argv[2]}-{shop}.svg", "w", encoding="utf-8") as out:
                out.write(picture(rows, shop))
    print()
    honest_table(rows)


if __name__ == "__main__":
    main()
