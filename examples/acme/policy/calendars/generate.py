"""Writes the holiday calendars of this folder from lists of days.

    python3 generate.py HOLIDAYS.csv [NYSE.csv]

HOLIDAYS.csv has the columns country, subdiv, date and name; NYSE.csv has date and name. The same lists give the same bytes.
"""

import csv
import datetime
import pathlib
import re
import sys

STAMP = "20261101T000000Z"


def escaped(text):
    return re.sub(r"([\\;,])", r"\\\1", text)


def folded(line):
    octets, parts, part = 0, [], ""
    for char in line:
        size = len(char.encode())
        if octets + size > 75:
            parts.append(part)
            octets, part = 1, ""
        octets, part = octets + size, part + char
    return "\r\n ".join(parts + [part]) + "\r\n"


def calendar(stem, title, days):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//changegate//acme example//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"NAME:{escaped(title)}", f"X-WR-CALNAME:{escaped(title)}"]
    for date, name in sorted(days):
        start = datetime.date.fromisoformat(date)
        end = start + datetime.timedelta(days=1)
        lines += ["BEGIN:VEVENT", f"UID:{date}@{stem.replace('_', '-')}.acme.example", f"DTSTAMP:{STAMP}"]
        lines += [f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"DTEND;VALUE=DATE:{end:%Y%m%d}"]
        lines += [f"SUMMARY:{escaped(name)}", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    path = pathlib.Path(__file__).parent / f"{stem}.ics"
    path.write_bytes("".join(folded(line) for line in lines).encode())
    print(f"{path.name}: {len(days)} days")


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    places = rows(sys.argv[1])

    def of(country, subdiv):
        return [(row["date"], row["name"]) for row in places if (row["country"], row["subdiv"]) == (country, subdiv)]

    calendar("uk_holidays", "Bank holidays in England", of("GB", "ENG"))
    calendar("us_holidays", "Federal holidays of the United States", of("US", ""))
    calendar("de_holidays", "Feiertage in Bayern", of("DE", "BY"))
    if len(sys.argv) > 2:
        calendar("nyse", "NYSE holidays", [(row["date"], row["name"]) for row in rows(sys.argv[2])])


if __name__ == "__main__":
    main()
