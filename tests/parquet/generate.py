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
