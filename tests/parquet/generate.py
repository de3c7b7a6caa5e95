"""Makes the files of this folder with other programs' writers of Parquet: `pip install pyarrow polars duckdb`, then `python generate.py`.

Written with pyarrow 26.0.1, polars 2.1.0 and duckdb 2.0.0. `assets.json` has the records that most of the files hold.
"""

import datetime as d
import decimal
import json
import pathlib

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

out = pathlib.Path(__file__).parent
utc = d.timezone.utc
rows = [
    dict(
        id="web-1", tier=1, environment="prod", os=dict(name="Debian", version="12", eol=d.date(2028, 6, 30)), tags=["pci", "edge"],
        pending_reboot=False, last_scanned=d.datetime(2026, 11, 20, 4, 0, tzinfo=utc), disk_free=decimal.Decimal("12.50"),
        findings=[
            dict(cve="CVE-2024-1", kev=True, epss=0.25, published=d.datetime(2024, 1, 1, tzinfo=utc)),
            dict(cve="CVE-2024-2", kev=None, epss=None, published=None),
        ],
    ),
    dict(
        id="db-1", tier=None, environment=None, os=dict(name=None, version=None, eol=None), tags=[], pending_reboot=None,
        last_scanned=None, disk_free=None, findings=[],
    ),
    dict(
        id="old-1", tier=3, environment="test", os=None, tags=None, pending_reboot=True,
        last_scanned=d.datetime(2026, 11, 19, 4, 0, 0, 123456, tzinfo=utc), disk_free=decimal.Decimal("0.05"), findings=None,
    ),
]


def plain(value):
    if isinstance(value, d.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, decimal.Decimal):
        return {"decimal": str(value)}
    return str(value)


text = json.dumps(rows, default=plain, indent=1)
# Decimals by their exact text, as numbers.
for number in ("12.50", "0.05"):
    text = text.replace('{\n   "decimal": "%s"\n  }' % number, number)
(out / "assets.json").write_text(text + "\n")

schema = pa.schema([
    ("id", pa.string()), ("tier", pa.int32()), ("environment", pa.string()),
    ("os", pa.struct([("name", pa.string()), ("version", pa.string()), ("eol", pa.date32())])),
    ("tags", pa.list_(pa.string())), ("pending_reboot", pa.bool_()), ("last_scanned", pa.timestamp("us", tz="UTC")),
    ("disk_free", pa.decimal128(9, 2)),
    ("findings", pa.list_(pa.struct([
        ("cve", pa.string()), ("kev", pa.bool_()), ("epss", pa.float64()), ("published", pa.timestamp("ns", tz="UTC")),
    ]))),
])
assets = pa.Table.from_pylist(rows, schema=schema)


def write(name, table, **options):
    pq.write_table(table, out / f"{name}.parquet", store_schema=False, **options)


write("arrow-snappy", assets)
write("arrow-zstd-v2", assets, compression="zstd", data_page_version="2.0")
write("arrow-gzip-plain", assets, compression="gzip", use_dictionary=False)
write("arrow-groups", assets, row_group_size=1)
write("arrow-two-level", assets, use_compliant_nested_type=False)
write("arrow-delta", assets, compression="none", use_dictionary=False, data_page_version="2.0", column_encoding={
    "id": "DELTA_BYTE_ARRAY", "tier": "DELTA_BINARY_PACKED", "environment": "DELTA_LENGTH_BYTE_ARRAY", "pending_reboot": "RLE",
    "last_scanned": "BYTE_STREAM_SPLIT", "disk_free": "BYTE_STREAM_SPLIT", "findings.list.element.cve": "DELTA_BYTE_ARRAY",
    "findings.list.element.epss": "BYTE_STREAM_SPLIT", "findings.list.element.published": "DELTA_BINARY_PACKED",
})
pl.from_arrow(assets).write_parquet(out / "polars.parquet")
base = duckdb.connect()
base.register("assets", assets)
base.execute(f"COPY assets TO '{out}/duckdb.parquet' (FORMAT parquet)")
base.execute(f"COPY assets TO '{out}/duckdb-v2.parquet' (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd)")
# Many rows in several row groups: the runs of dictionaries and deltas get long.
base.execute(f"""COPY (SELECT 'x' || (i % 7) || '-' || i AS id, i % 4 + 1 AS tier, CASE WHEN i % 3 = 0 THEN NULL ELSE 'h' || i END AS hostname,
    [('t' || (i % 5)), 'all'] AS tags FROM range(5000) r(i)) TO '{out}/duckdb-many.parquet'
    (FORMAT parquet, PARQUET_VERSION V2, ROW_GROUP_SIZE 2048, COMPRESSION zstd)""")

# One of each kind of value.
flat = pa.table({
    "id": ["a", "b"], "os.name": ["Debian", None], "tier": ["1", "x"], "tags": ["pci;edge", None],
    "last_scanned": pa.array([d.datetime(2026, 11, 20, 4, 0), None], pa.timestamp("ms")),
    "labels": pa.array([[("team", "edge"), ("cost", "7")], None], pa.map_(pa.string(), pa.string())),
    "float": pa.array([1.0, float("nan")]), "byte": pa.array([200, 255], pa.uint8()), "long": pa.array([2**64 - 1, 0], pa.uint64()),
    "half": pa.array([1.5, -0.25], pa.float16()), "time": pa.array([d.time(1, 2, 3), None]),
    "decimal": pa.array([decimal.Decimal("-0.05"), decimal.Decimal("12345678901234567890.12")], pa.decimal128(30, 2)),
    "bytes": pa.array([b"text", None]), "nothing": pa.array([None, None], pa.null()),
})
write("arrow-flat", flat)
write("arrow-int96", flat.select(["id", "last_scanned"]), use_deprecated_int96_timestamps=True)
write("arrow-lz4", flat.select(["id"]), compression="lz4")
write("arrow-not-utf8", pa.table({"id": pa.array([b"good", b"\xff\xfe"]), "tier": [1, 2]}))

# Everything that a record may have where the reader goes by columns: nothing at each level, values that do not fit, keys that nobody knows.
base.execute(f"""COPY (
WITH r AS (SELECT i, (hash(i) >> 8)::BIGINT AS h FROM range(3000) t(i))
SELECT
    CASE WHEN i % 500 = 499 THEN NULL WHEN i % 300 = 299 THEN ' ' ELSE 'a' || (i * 7919 % 2900) END AS id,
    CASE h % 23 WHEN 0 THEN NULL WHEN 1 THEN 9 ELSE (h % 4 + 1)::INT END AS tier,
    CASE h % 19 WHEN 0 THEN NULL WHEN 1 THEN 'Prod' WHEN 2 THEN '' WHEN 3 THEN 'pre-prod' WHEN 4 THEN 'test' WHEN 5 THEN 'dev' ELSE 'prod' END AS environment,
    CASE WHEN h % 17 = 0 THEN NULL ELSE {{
        'family': CASE h % 13 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN ' rhel ' ELSE 'rhel' END, 'version': '9.' || (h % 5),
        'eol': CASE h % 7 WHEN 0 THEN NULL ELSE DATE '2026-01-01' + (h % 900)::INT END }} END AS os,
    CASE h % 11 WHEN 0 THEN NULL WHEN 1 THEN 'Mars' WHEN 2 THEN 'utc' ELSE 'Asia/Tokyo' END AS timezone,
    CASE h % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '  ' WHEN 3 THEN 'none' ELSE 'team-' || (h % 3) END AS owner,
    CASE h % 29 WHEN 0 THEN NULL WHEN 1 THEN TIMESTAMP '2030-01-01' ELSE TIMESTAMP '2026-11-01 02:30:00.123456' - INTERVAL (h % 90000) MINUTE END AS last_patched,
    CASE h % 31 WHEN 0 THEN NULL ELSE TIMESTAMPTZ '2026-11-19 00:00:00+00' - INTERVAL (h % 90000) SECOND END AS last_scanned,
    {{ 'verified': CASE h % 3 WHEN 0 THEN NULL ELSE h % 3 = 1 END }} AS backup,
    CASE h % 37 WHEN 0 THEN NULL WHEN 1 THEN 101.5 WHEN 2 THEN 'nan'::DOUBLE WHEN 3 THEN 0.1 + 0.2 WHEN 4 THEN 1e-12 WHEN 5 THEN -0.0
        ELSE (h % 1000) / 10.0 END AS disk_free,
    CASE h % 41 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN ['pci', NULL] WHEN 3 THEN ['pci', ''] WHEN 4 THEN ['b ', 'a']
        WHEN 5 THEN list_transform(range(40), lambda x: 't' || x)
        ELSE list_transform(range(h % 5), lambda x: 't' || ((h >> 3) * (x + 1) % 7)) END AS tags,
    CASE h % 43 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE list_transform(range(h % 4), lambda x: CASE WHEN (h + x) % 97 = 0 THEN NULL ELSE {{
        'cve': CASE WHEN (h >> 2) % 200 = x THEN NULL ELSE 'CVE-2026-' || (1000 + (h >> 5) % 40 + x) END,
        'cvss': CASE (h + x) % 9 WHEN 0 THEN NULL WHEN 1 THEN 'CVSS:3.1/AV' ELSE 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:H' END,
        'epss': CASE (h + x) % 33 WHEN 0 THEN NULL WHEN 1 THEN 1.5 ELSE ((h >> 4) + x) % 100000 / 100000.0 END,
        'kev': CASE (h + x) % 8 WHEN 0 THEN NULL ELSE (h + x) % 8 = 1 END,
        'published': CASE (h + x) % 6 WHEN 0 THEN NULL ELSE TIMESTAMPTZ '2026-01-01 00:00:00.5+00' + INTERVAL ((h >> 6) % 5000) MINUTE END,
        'base_score': (((h + x) % 101) / 10.0)::DECIMAL(4, 1), 'state': CASE (h + x) % 21 WHEN 0 THEN 'Open' WHEN 1 THEN NULL ELSE 'open' END,
        'colour': CASE h % 2 WHEN 0 THEN NULL ELSE 'red' END, 'shade': {{ 'depth': h % 3 }} }} END) END AS findings,
    'x' || (h % 9) AS note
FROM r) TO '{out}/duckdb-odd.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048, COMPRESSION zstd)""")
# The same in the order of their ids, each once.
base.execute(f"""COPY (SELECT * REPLACE ('a' || lpad((row_number() OVER ())::VARCHAR, 5, '0') AS id) FROM '{out}/duckdb-odd.parquet' LIMIT 300)
    TO '{out}/duckdb-sorted.parquet' (FORMAT parquet, COMPRESSION zstd)""")

# A record within a record, with nothing at each level; the same as JSON, as a map, and as a text that is neither.
inner = pa.struct([("c", pa.struct([("e", pa.list_(pa.string())), ("s", pa.string())])), ("m", pa.string())])
nested = {
    "id": ["a-known", "b-inner-null", "c-null", "d-parts-null"],
    "rec": pa.array([dict(c=dict(e=["pci"], s="held"), m="held"), dict(c=None, m="-"), None, dict(c=dict(e=None, s=None), m=None)], inner),
}
write("arrow-records", pa.table(nested))
base.execute(f"""COPY (SELECT * FROM (VALUES ('a-known', '{{"c": {{"e": ["pci"], "s": "held"}}, "m": "held"}}'::JSON), ('b-inner-null', '{{"c": null, "m": "-"}}'),
    ('c-null', 'null'), ('d-parts-null', '{{"c": {{"e": null, "s": null}}, "m": null}}')) t(id, rec)) TO '{out}/duckdb-records-json.parquet' (FORMAT parquet)""")
write("arrow-records-map", pa.table({"id": ["a-known"], "rec": pa.array([[("m", "held")]], pa.map_(pa.string(), pa.string()))}))
write("arrow-records-text", pa.table({"id": ["a-known"], "rec": ["held"]}))
