"""Makes an inventory of `blow_up` into Parquet, as a data platform would: `pip install pyarrow`, then `python to_parquet.py IN.ndjson|IN.csv OUT`."""

import itertools
import json
import sys

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

source, target = sys.argv[1:3]


def score(value):
    """A column has one type: a vector or a number becomes a record of either."""
    if isinstance(value, list):
        return [inner for item in value for inner in score(item)]
    if isinstance(value, dict):
        return [{"vector": value.get("vector"), "score": value.get("score")}]
    return [{"vector": value, "score": None} if isinstance(value, str) else {"vector": None, "score": value}]


def record(line):
    whole = json.loads(line)
    for finding in whole.get("findings") or []:
        if finding.get("cvss") is not None:
            finding["cvss"] = score(finding["cvss"])
    return whole


if source.endswith(".csv"):
    # Lists stay texts, as a table that was loaded from such a file has them.
    table = pa.csv.read_csv(source, convert_options=pa.csv.ConvertOptions(strings_can_be_null=True))
    pa.parquet.write_table(table, target)
else:
    with open(source) as lines:
        records = map(record, lines)
        # The first thousand have every key that there is.
        first = list(itertools.islice(records, 1000))
        schema = pa.Table.from_pylist(first).schema
        with pa.parquet.ParquetWriter(target, schema) as out:
            records = itertools.chain(first, records)
            while batch := list(itertools.islice(records, 50_000)):
                out.write_table(pa.Table.from_pylist(batch, schema))
