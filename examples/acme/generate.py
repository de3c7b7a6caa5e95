#!/usr/bin/env python3
"""Makes Acme's assets and what was found on them: exports/, reports/ and feeds/. The people, services and changes are generate_changes.py's.

    python3 generate.py DATA             # writes the three folders anew
    python3 generate.py DATA --whole     # prints the same estate as records of the vocabulary, one a line, with all that is known of each finding

DATA is a folder that holds the public files named in SOURCES.md. What is said of a CVE (vectors, SSVC values, catalogue entry, EPSS score, publication) and of an operating system (end of life) is read
from there; the assets, and what was found on which and when, are invented. The same files give the same bytes: the one source of chance is a seeded generator.
"""

import csv
import datetime
import gzip
import json
import pathlib
import random
import sys

import exports

NOW = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.timezone.utc)
SEED = 20261120

SITES = {
    "nyc": ("amer", "America/New_York"),
    "chi": ("amer", "America/Chicago"),
    "sao": ("latam", "America/Sao_Paulo"),
    "lon": ("emea", "Europe/London"),
    "ber": ("emea", "Europe/Berlin"),
    "blr": ("apac", "Asia/Kolkata"),
    "sin": ("apac", "Asia/Singapore"),
    "syd": ("apac", "Australia/Sydney"),
}

# name: (product and cycle at endoflife.date, family, name, version, pool of CVEs)
SYSTEMS = {
    "rhel9": ("rhel", "9", "linux", "Red Hat Enterprise Linux", "9.6", "linux"),
    "rhel8": ("rhel", "8", "linux", "Red Hat Enterprise Linux", "8.10", "linux"),
    "rhel7": ("rhel", "7", "linux", "Red Hat Enterprise Linux", "7.9", "linux"),
    "ubuntu2404": ("ubuntu", "24.04", "linux", "Ubuntu", "24.04", "linux"),
    "ubuntu2204": ("ubuntu", "22.04", "linux", "Ubuntu", "22.04", "linux"),
    "ubuntu2004": ("ubuntu", "20.04", "linux", "Ubuntu", "20.04", "linux"),
    "debian13": ("debian", "13", "linux", "Debian", "13", "linux"),
    "debian12": ("debian", "12", "linux", "Debian", "12", "linux"),
    "ws2022": ("windows-server", "2022", "windows", "Windows Server", "2022", "windows"),
    "ws2019": ("windows-server", "2019", "windows", "Windows Server", "2019", "windows"),
    "ws2016": ("windows-server", "2016", "windows", "Windows Server", "2016", "windows"),
    "ws2012": ("windows-server", "2012-r2", "windows", "Windows Server", "2012 R2", "windows"),
    "win11": ("windows", "11-25h2-e", "windows", "Windows 11", "25H2", "desktop"),
    "win11old": ("windows", "11-24h2-e", "windows", "Windows 11", "24H2", "desktop"),
    "win10": ("windows", "10-22h2", "windows", "Windows 10", "22H2", "desktop"),
    "iosxe": ("cisco-ios-xe", "17.12", "ios-xe", "Cisco IOS XE", "17.12.4", "cisco"),
    "fortios": ("fortios", "7.4", "fortios", "FortiOS", "7.4.8", "fortinet"),
    "fortios72": ("fortios", "7.2", "fortios", "FortiOS", "7.2.11", "fortinet"),
    "android14": ("android", "14", "android", "Android", "14", "mobile"),
    "rolling": (None, None, "linux", "Flatcar Container Linux", "4230", "linux"),
    "firmware": (None, None, "firmware", "Controller firmware", "12.4", "industrial"),
    "pos": ("windows", "10-21h2-iot-lts", "windows", "Windows 10 IoT Enterprise LTSC", "2021", "desktop"),
}

# Vendors, as the CVE record or the catalogue names them, whose CVEs each pool takes.
POOLS = {
    "linux": {"Linux", "Red Hat", "Apache", "Apache Software Foundation", "PHP Group", "GitLab", "Jenkins", "Elastic", "HashiCorp", "JetBrains", "Oracle", "Cacti", "Roundcube"},
    "windows": {"Microsoft", "Oracle Corporation", "Oracle", "SolarWinds", "Veeam", "Progress", "IBM", "VMware", "Atlassian"},
    "desktop": {"Microsoft", "Mozilla", "Google", "Adobe", "RARLAB", "Apple"},
    "cisco": {"Cisco"},
    "fortinet": {"Fortinet"},
    "mobile": {"Android", "Apple", "Google", "Qualcomm"},
    "industrial": {"Rockwell Automation", "Siemens", "Unitronics", "Dell"},
}


def lines(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from file


def read_cves(data):
    """Facts of each CVE, keyed by its id, and the pools."""
    catalogue = json.load(gzip.open(next(data.glob("kev/kev-*.json.gz"))))["vulnerabilities"]
    catalogue = {entry["cveID"]: entry for entry in catalogue}
    scores = {}
    for row in csv.reader(line for line in lines(next(data.glob("epss/*.kev-subset.csv.gz"))) if not line.startswith("#")):
        if row and row[0].startswith("CVE-"):
            scores[row[0]] = float(row[1])
    facts, known, pools = {}, {}, {pool: [] for pool in POOLS}
    for line in lines(data / "cve5" / "vulnrichment-sample.ndjson.gz"):
        record = json.loads(line)
        meta, cna = record["cveMetadata"], record["containers"].get("cna", {})
        cve, entry = meta["cveId"], catalogue.get(meta["cveId"])
        published = meta.get("datePublished", "")[:19]
        vectors, ssvc, vendor_says = {}, {}, None
        for container in [cna] + record["containers"].get("adp", []):
            for metric in container.get("metrics", []):
                for key, value in metric.items():
                    if key.startswith("cvssV"):
                        vectors.setdefault(key, value.get("vectorString"))
                        if container is cna and value.get("baseSeverity") in {"LOW", "MEDIUM", "HIGH", "CRITICAL"}:
                            vendor_says = vendor_says or value["baseSeverity"].lower()
                other = metric.get("other", {})
                if other.get("type") == "ssvc":
                    for option in other["content"]["options"]:
                        ssvc.update({name: str(value).lower() for name, value in option.items()})
        vectors = [vectors[key] for key in ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0") if vectors.get(key)]
        if not vectors or not ssvc or published < "2017" or not entry and published < "2023":
            continue
        fact = {"cve": cve, "cvss": vectors if len(vectors) > 1 else vectors[0]}
        if vendor_says:
            fact["vendor_severity"] = vendor_says
        if cve in scores:
            fact["epss"] = scores[cve]
        fact["kev"] = entry is not None
        fact["kev_added"] = entry["dateAdded"] if entry else "none"
        fact["kev_due"] = entry["dueDate"] if entry else "none"
        if entry:
            fact["ransomware"] = entry["knownRansomwareCampaignUse"] == "Known"
        fact["exploitation"] = ssvc["Exploitation"]
        fact["automatable"] = ssvc["Automatable"] == "yes"
        fact["technical_impact"] = ssvc["Technical Impact"]
        fact["published"] = published + "Z"
        affected = (cna.get("affected") or [{}])[0]
        vendor, product = (entry["vendorProject"], entry["product"]) if entry else (affected.get("vendor"), affected.get("product"))
        if product:
            fact["package"] = product.strip()[:40].strip()
        facts[cve] = fact
        known[cve] = {**exports.software(record, fact.get("package")), "index": len(known)}
        for pool, vendors in POOLS.items():
            if vendor in vendors:
                pools[pool].append(cve)
    return facts, known, {pool: (sorted(c for c in found if not facts[c]["kev"]), sorted(c for c in found if facts[c]["kev"])) for pool, found in pools.items()}


def read_ends(data):
    """End of life by (product, cycle)."""
    ends = {}
    for line in lines(data / "eol" / "endoflife-products.jsonl.gz"):
        product = json.loads(line)
        for release in product["releases"]:
            ends[product["product"], release["releaseCycle"]] = release.get("eol")
    return ends


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Maker:
    def __init__(self, data):
        self.chance = random.Random(SEED)
        self.facts, self.known, self.pools = read_cves(data)
        self.ends = read_ends(data)
        self.assets = []

    def system(self, name):
        product, cycle, family, title, version, pool = SYSTEMS[name]
        end = self.ends[product, cycle] if product else "none"
        return {"family": family, "name": title, "version": version, "eol": end or "none"}, pool

    def ago(self, low, high):
        """A moment between `low` and `high` hours before now, on the minute."""
        return stamp(NOW - datetime.timedelta(minutes=self.chance.randrange(int(low * 60), int(high * 60) + 1)))

    def finding(self, cve, detected=None, **more):
        fact = dict(self.facts[cve])
        fact["detected"] = detected or self.ago(2, 110 * 24)
        fact["state"] = "open"
        fact.update(more)
        return fact

    def some(self, pool, number):
        """So many CVEs of a pool; about one in ten is in the catalogue, far more than of all CVEs and fewer than of the sample."""
        plain, catalogued = self.pools[pool]
        chosen = []
        for _ in range(number):
            cve = self.chance.choice(catalogued if catalogued and (not plain or self.chance.random() < 0.1) else plain)
            if cve not in chosen:
                chosen.append(cve)
        return chosen

    def asset(self, name, unit, kind, tier, site, system, **more):
        """One asset with every fact that the policy reads; `more` sets or, with ..., takes away."""
        chance = self.chance
        region, zone = SITES[site]
        os, pool = self.system(system)
        record = {
            "id": name,
            "hostname": f"{name}.acme.example",
            "kind": kind,
            "tier": tier,
            "environment": "prod",
            "exposure": "internal",
            "os": os,
            "business_unit": unit,
            "region": region,
            "timezone": zone,
            "tags": [],
            "data_classification": "internal",
            "owner": f"{unit}-{'desktop' if kind in ('workstation', 'mobile') else 'platform'}@acme.example",
            "cost_centre": f"CC-{1000 + sorted(UNITS).index(unit) * 100 + sorted(SITES).index(site)}",
            "pci_scope": "out_of_scope",
            "mission_and_wellbeing": {1: "high", 2: "medium", 3: "low", 4: "low"}.get(tier, "medium"),
            "last_scanned": self.ago(4, 6 * 24),
            "last_patched": self.ago(48, 60 * 24),
            "pending_reboot": False,
            "disk_free": round(chance.uniform(22, 80), 1),
        }
        if kind in ("server", "appliance"):
            record["backup"] = {"last_success": self.ago(6, 16), "verified": True}
        record["findings"] = []
        for key, value in more.items():
            if value is ...:
                record.pop(key, None)
            else:
                record[key] = value
        self.assets.append(record)
        return record, pool


UNITS = ["payments", "retail", "markets", "logistics", "manufacturing", "corporate"]


def named(make):
    """The systems that the changes in changes/ are about, with all that those changes turn on."""
    asset, finding = make.asset, make.finding
    recent = "2026-11-12T09:20:00Z"
    pci = {"pci_scope": "in_scope", "data_classification": "restricted"}
    asset("pay-gw-lon-01", "payments", "server", 1, "lon", "rhel9", exposure="internet", tags=["payments-gateway", "edge"], **pci,
          findings=[finding("CVE-2024-38475", "2026-11-18T22:05:00Z"), finding("CVE-2023-44487", "2026-11-18T22:05:00Z")])
    asset("pay-gw-lon-02", "payments", "server", 1, "lon", "rhel9", exposure="internet", tags=["payments-gateway", "edge"], **pci,
          findings=[finding("CVE-2024-38475", "2026-11-18T22:05:00Z")])
    asset("pay-db-lon-01", "payments", "server", 1, "lon", "rhel9", tags=["core-ledger"], **pci, findings=[finding("CVE-2023-5633", recent)])
    asset("pay-db-nyc-01", "payments", "server", 1, "nyc", "rhel9", tags=["core-ledger"], **pci, findings=[finding("CVE-2023-5633", recent)])
    asset("pay-batch-lon-01", "payments", "server", 2, "lon", "rhel8", tags=["settlement"], pci_scope="connected")
    asset("pay-app-nyc-01", "payments", "server", 2, "nyc", "rhel9", **pci)
    asset("pay-app-nyc-02", "payments", "server", 2, "nyc", "rhel9", backup={"last_success": "2026-11-17T02:10:00Z", "verified": True}, **pci)
    asset("ret-web-nyc-01", "retail", "server", 2, "nyc", "ubuntu2404", exposure="internet", pci_scope="connected")
    asset("ret-web-lon-01", "retail", "server", 2, "lon", "ubuntu2404", exposure="internet", pci_scope="connected")
    asset("mkt-ems-nyc-01", "markets", "server", 1, "nyc", "rhel9", tags=["trading"])
    asset("mkt-risk-sin-01", "markets", "server", 2, "sin", "rhel9", tags=["trading"])
    asset("log-wms-ber-01", "logistics", "server", 2, "ber", "ws2022", backup=...)
    asset("log-edi-sao-01", "logistics", "server", 3, "sao", "ws2012", exposure="internet", findings=[finding("CVE-2024-28995", recent)])
    asset("mfg-hmi-chi-01", "manufacturing", "workstation", 3, "chi", "win10", exposure="isolated", findings=[finding("CVE-2023-38831", "2026-09-03T07:00:00Z")])
    asset("mfg-mes-chi-01", "manufacturing", "server", 2, "chi", "rhel9")
    asset("cor-vpn-nyc-01", "corporate", "network_device", 2, "nyc", "fortios", exposure="internet", tags=["edge"],
          findings=[finding("CVE-2022-40684", "2026-11-20T11:40:00Z")])
    asset("cor-ad-nyc-01", "corporate", "server", 1, "nyc", "ws2022", tags=["identity"])
    asset("cor-mail-nyc-01", "corporate", "server", 2, "nyc", "ws2022")
    asset("cor-wiki-syd-01", "corporate", "server", 3, "syd", "ubuntu2404")
    asset("cor-hr-ber-01", "corporate", "server", 3, "ber", "ubuntu2404", data_classification="restricted")
    for number in range(1, 4):
        asset(f"cor-ws-syd-{number:03}", "corporate", "workstation", 4, "syd", "win11", tags=["pilot"])
    asset("ret-pos-lon-101", "retail", "appliance", 3, "lon", "pos", known_issues=["KB5068861"], pci_scope="connected")
    asset("ret-pos-lon-102", "retail", "appliance", 3, "lon", "pos", pci_scope="connected")


# (unit, role, kind, how many, tiers, sites, systems)
FLEETS = [
    ("payments", "app", "server", 26, [1, 2, 2], ["nyc", "lon", "sin"], ["rhel9", "rhel9", "rhel8"]),
    ("payments", "sw", "network_device", 12, [2, 3], ["nyc", "lon", "sin"], ["iosxe"]),
    ("payments", "ctr", "container", 20, [3], ["nyc", "lon"], ["rolling", "debian13"]),
    ("payments", "ws", "workstation", 28, [4], ["nyc", "lon", "blr"], ["win11", "win11old"]),
    ("retail", "pos", "appliance", 60, [3], ["nyc", "chi", "lon", "ber", "sao", "syd"], ["pos"]),
    ("retail", "web", "server", 12, [2, 3], ["nyc", "lon", "syd"], ["ubuntu2404", "ubuntu2204", "debian12"]),
    ("retail", "tab", "mobile", 24, [4], ["nyc", "chi", "lon", "sao"], ["android14"]),
    ("markets", "calc", "server", 24, [1, 2, 3], ["nyc", "lon", "sin"], ["rhel9", "rhel8"]),
    ("markets", "ws", "workstation", 24, [3, 4], ["nyc", "lon", "sin"], ["win11", "win11old"]),
    ("logistics", "wms", "server", 18, [1, 2, 3], ["ber", "chi", "sao"], ["ws2022", "ws2019", "ws2016"]),
    ("logistics", "hand", "mobile", 30, [4], ["ber", "chi", "sao"], ["android14"]),
    ("logistics", "fw", "network_device", 8, [3], ["ber", "chi", "sao"], ["fortios", "fortios72"]),
    ("manufacturing", "plc", "appliance", 34, [3], ["chi", "ber", "sao"], ["firmware"]),
    ("manufacturing", "hmi", "workstation", 20, [3], ["chi", "ber"], ["win10", "win11"]),
    ("manufacturing", "hist", "server", 14, [1, 2], ["chi", "ber"], ["ws2019", "ws2016"]),
    ("corporate", "ws", "workstation", 110, [4], ["nyc", "lon", "ber", "blr", "sin", "syd"], ["win11", "win11", "win11old", "win10"]),
    ("corporate", "srv", "server", 22, [2, 3], ["nyc", "lon", "blr"], ["ws2022", "ubuntu2204", "rhel7", "ubuntu2004"]),
    ("corporate", "saas", "cloud_service", 10, [3, 4], ["nyc"], ["rolling"]),
]


def fleet(make):
    """The rest, by fleets, with what a real inventory has: gaps, full disks, old systems, restarts that never came."""
    chance = make.chance
    for unit, role, kind, number, tiers, sites, systems in FLEETS:
        for index in range(number):
            site = chance.choice(sites)
            tier = chance.choice(tiers)
            environment = chance.choice(["prod"] * 7 + ["staging", "test", "dev"]) if kind in ("server", "container") else "prod"
            exposure = "internal"
            if kind == "network_device" and chance.random() < 0.5 or role == "web" or kind == "cloud_service":
                exposure = "internet"
            if unit == "manufacturing" and chance.random() < 0.6:
                exposure = "isolated"
            record, pool = make.asset(f"{unit[:3]}-{role}-{site}-{index + 201:03}", unit, kind, tier, site, chance.choice(systems),
                                      environment=environment, exposure=exposure)
            if unit == "payments" and kind in ("server", "container", "network_device"):
                record["pci_scope"] = chance.choice(["in_scope", "connected"])
            if unit == "retail" and kind == "appliance":
                record["pci_scope"] = "connected"
            if kind == "server" and chance.random() < 0.25:
                record["data_classification"] = chance.choice(["confidential", "restricted"])
            if kind == "workstation" and chance.random() < 0.1:
                record["tags"] = ["pilot"]
            if kind == "workstation" and chance.random() < 0.06:
                record["disk_free"] = round(chance.uniform(3, 14.9), 1)
            if chance.random() < 0.05:
                record["pending_reboot"] = True
            if "backup" in record and chance.random() < 0.06:
                record["backup"] = {"last_success": make.ago(40, 300), "verified": chance.random() < 0.5}
            if role == "pos" and chance.random() < 0.15:
                record["known_issues"] = ["KB5068861"]
            for cve in make.some(pool, chance.choice([0, 0, 1, 1, 1, 2, 2, 3, 4, 6])):
                finding = make.finding(cve)
                if chance.random() < 0.08:
                    finding["state"] = chance.choice(["mitigated", "accepted", "false_positive", "fixed"])
                if chance.random() < 0.03:
                    finding.pop(chance.choice(["automatable", "technical_impact", "detected", "exploitation", "cvss"]))
                record["findings"].append(finding)
            gap = chance.random()
            if gap < 0.02:
                record.pop("timezone")
            elif gap < 0.04:
                record["tier"] = None
            elif gap < 0.06:
                record.pop("backup", None)
            elif gap < 0.08:
                record.pop("owner")
            elif gap < 0.09:
                record.pop("exposure")
            elif gap < 0.10:
                record.pop("findings")
            elif gap < 0.11:
                record["os"].pop("eol")


def oddities(make):
    """What two inventory sources and three scanners leave behind."""
    # Some scanners know a score and no vector; the catalogue's newest entries have neither in the files at hand.
    for record in make.assets:
        if record["id"] == "cor-hr-ber-01":
            record["findings"] = [{"cve": "CVE-2024-10041", "cvss": 4.7, "kev": False, "kev_added": "none", "kev_due": "none", "exploitation": "none",
                                   "automatable": False, "technical_impact": "partial", "published": "2024-10-23T13:46:27Z", "detected": "2026-11-02T06:00:00Z", "state": "open"}]
    # One system, two records, which do not agree on its tier and its exposure: both are unknown.
    again = next(record for record in make.assets if record["id"] == "cor-wiki-syd-01")
    make.assets.append({"id": again["id"], "hostname": again["hostname"], "tier": 2, "exposure": "internet"})


# Which services the named systems are part of. The rest of the service map is still to be drawn.
SERVICES = {
    "pay-gw-lon-01": ["payments-gateway"],
    "pay-gw-lon-02": ["payments-gateway"],
    "pay-db-lon-01": ["core-ledger"],
    "pay-db-nyc-01": ["core-ledger"],
    "pay-batch-lon-01": ["settlement"],
    "ret-web-nyc-01": ["shop-front"],
    "ret-web-lon-01": ["shop-front"],
    "mkt-ems-nyc-01": ["order-management"],
    "mkt-risk-sin-01": ["risk-engine"],
    "log-wms-ber-01": ["warehouse"],
    "mfg-mes-chi-01": ["manufacturing-execution"],
    "cor-ad-nyc-01": ["identity"],
    "cor-mail-nyc-01": ["mail"],
    "cor-wiki-syd-01": ["wiki"],
    "cor-hr-ber-01": ["hr-portal"],
}


def later(make):
    """Systems that came after the others, so that those stay as they are."""
    make.asset("log-edi-sao-02", "logistics", "server", 3, "sao", "ws2012", exposure="internet", tags=["edge", "waf"], successor_due="2027-03-15")
    make.asset("mfg-hist-chi-301", "manufacturing", "server", 2, "chi", "ws2022", backup={"last_success": "2026-11-12T01:30:00Z", "verified": True})
    make.asset("cor-pay-ber-01", "corporate", "server", 2, "ber", "ubuntu2404")
    # Of what runs out within half a year or has done so, some have a date for their successor, and of some it is known that there is none.
    ending = [record for record in make.assets if record.get("os", {}).get("eol", "none") < "2027-05-19"]
    for index, record in enumerate(ending):
        if index % 3 and "successor_due" not in record:
            record["successor_due"] = "2027-01-31" if index % 3 == 1 and record["os"]["eol"] > "2027-01-31" else "none"
    seen = set()
    for record in make.assets:
        if record["id"] in SERVICES and record["id"] not in seen:
            record["services"] = SERVICES[record["id"]]
            seen.add(record["id"])


def main():
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--whole"]):
        sys.exit(__doc__)
    data = pathlib.Path(sys.argv[1])
    make = Maker(data)
    named(make)
    fleet(make)
    oddities(make)
    later(make)
    if sys.argv[2:]:
        for record in make.assets:
            for finding in record.get("findings", []):
                # What the register calls resolved and a scanner still sees: nobody knows.
                if finding.get("state") == "fixed":
                    finding["state"] = None
            sys.stdout.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    else:
        exports.write(pathlib.Path(__file__).parent, data, make.assets, make.known)


if __name__ == "__main__":
    main()
