#!/usr/bin/env python3
"""Counts the outcomes of CISA BOD 26-04 over CVE records, apart from the program: from the table that CERT/CC publishes as CSV and nothing else.

    python3 tests/bod_26_04/outcomes.py DATA

DATA is a folder with `ssvc/csv/cisa/cisa_bod_26_04_1_0_0.csv`, `cve5/vulnrichment-sample.ndjson.gz` and `kev/kev-2026-08-07.json.gz`. Prints one
JSON object: for an asset that is exposed and for one that is not, how many records have each outcome. Needs Python 3.8 and its standard library.

A fact that a record lacks may be either, so that the most urgent of the outcomes that are left counts: the policy's own rule, written down here a
second time.
"""

import csv
import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path


def urgency(outcome):
    """Fewer days first; of equals the one that asks for more; no number last."""
    days = re.match(r"(\d+) days", outcome)
    return (int(days.group(1)) if days else 10**6, "&" not in outcome)


def table(path):
    """The rows of the decision table: four words and an outcome."""
    with open(path, newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    header = [re.sub(r" v[\d.]+.*$", "", name) for name in lines[0]]
    assert header[1:5] == ["In KEV", "Publicly Exposed", "Automatable", "Technical Impact"], header
    return [(tuple(line[1:5]), line[5]) for line in lines[1:]]


def options(record):
    """CISA's words about a record, in small letters."""
    words = {}
    for container in record["containers"].get("adp", []):
        for metric in container.get("metrics", []):
            other = metric.get("other", {})
            if other.get("type") == "ssvc":
                for option in other["content"]["options"]:
                    words.update({name.lower(): word.lower() for name, word in option.items()})
    return words


def main():
    data = Path(sys.argv[1])
    rows = table(data / "ssvc/csv/cisa/cisa_bod_26_04_1_0_0.csv")
    with gzip.open(data / "kev/kev-2026-08-07.json.gz", "rt", encoding="utf-8") as file:
        catalogue = {entry["cveID"].upper() for entry in json.load(file)["vulnerabilities"]}
    counts = {"exposed": Counter(), "internal": Counter()}
    with gzip.open(data / "cve5/vulnrichment-sample.ndjson.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            words = options(record)
            kev = "yes" if record["cveMetadata"]["cveId"].upper() in catalogue else "no"
            for where, exposed in (("exposed", "yes"), ("internal", "no")):
                facts = (kev, exposed, words.get("automatable"), words.get("technical impact"))
                fits = [
                    outcome
                    for row, outcome in rows
                    if all(fact is None or fact == cell for fact, cell in zip(facts, row))
                ]
                counts[where][min(fits, key=urgency)] += 1
    json.dump({where: dict(sorted(found.items())) for where, found in counts.items()}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
