"""How the tools that Acme has would write down what generate.py made up: exports/, reports/ and feeds/."""

import csv
import datetime
import gzip
import hashlib
import io
import json
import pathlib
import re
import shutil
import zlib

# As ServiceNow shows them.
CLASSES = {
    "server": "Server", "workstation": "Computer", "network_device": "Network Gear", "appliance": "Appliance", "mobile": "Mobile Device",
    "container": "Container", "cloud_service": "Cloud Service",
}
CITIES = {"nyc": "New York", "chi": "Chicago", "sao": "São Paulo", "lon": "London", "ber": "Berlin", "blr": "Bangalore", "sin": "Singapore", "syd": "Sydney"}
CRITICALITY = {1: "1 - most critical", 2: "2 - somewhat critical", 3: "3 - less critical", 4: "4 - not critical"}
ENVIRONMENTS = {"prod": "Production", "staging": "Staging", "test": "Test", "dev": "Development"}
STATES = {"open": "Open", "mitigated": "Mitigated", "accepted": "Risk accepted", "false_positive": "False positive", "fixed": "Resolved"}
YES_NO = {True: "yes", False: "no"}
# Who issues a system's advisories, as scanners call it.
ISSUERS = {"Ubuntu": ("ubuntu", "Ubuntu CVE Tracker"), "Debian": ("debian", "Debian Security Tracker"), "Flatcar Container Linux": ("flatcar", "Flatcar")}
FAMILIES = {"windows": "Windows", "linux": "Red Hat Local Security Checks", "ios-xe": "CISCO", "fortios": "Firewalls", "android": "Mobile Devices", "firmware": "SCADA"}


class Files:
    """Writes files below a folder, each in the form that it has in the world."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("exports", "reports", "feeds"):
            shutil.rmtree(folder / name, ignore_errors=True)

    def text(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")

    def json(self, name, value, indent=2):
        self.text(name, json.dumps(value, ensure_ascii=False, indent=indent) + "\n")

    def table(self, name, header, rows, delimiter=",", ends="\n", quoting=csv.QUOTE_MINIMAL):
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, lineterminator=ends, quoting=quoting)
        writer.writerow(header)
        writer.writerows(rows)
        self.text(name, out.getvalue())


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def title(word):
    return word.replace("_", " ").capitalize() if word else ""


def number(text, digits=8):
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10**digits


def cmdb(files, assets):
    """The configuration items as the Table API gives them to whoever asks for what people see, without links."""
    items = []
    for record in assets:
        site = next((city for code, city in CITIES.items() if f"-{code}-" in record["id"]), "")
        end, successor = record["os"].get("eol", ""), record.get("successor_due", "")
        items.append({
            "sys_id": hashlib.md5(record["id"].encode()).hexdigest(),
            "sys_class_name": CLASSES[record["kind"]],
            "name": record["id"],
            "fqdn": record["hostname"],
            "operational_status": "Operational",
            "busines_criticality": CRITICALITY.get(record["tier"], ""),
            "environment": ENVIRONMENTS[record["environment"]],
            "os": record["os"]["name"],
            "os_version": record["os"]["version"],
            "u_end_of_support": "No end announced" if end == "none" else end,
            "u_successor_due": "Not planned" if successor == "none" else successor,
            "department": title(record["business_unit"]),
            "location": site,
            "u_time_zone": record.get("timezone", ""),
            "support_group.email": record.get("owner", ""),
            "cost_center": record["cost_centre"],
            "u_reachable_from": title(record.get("exposure", "")),
            "u_data_classification": title(record["data_classification"]),
            "u_pci_scope": title(record["pci_scope"]),
            "u_business_impact": title(record["mission_and_wellbeing"]),
            "u_business_services": ", ".join(record.get("services", [])),
            "u_known_issues": ", ".join(record.get("known_issues", [])),
            "sys_tags": ", ".join(record["tags"]),
        })
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items)
    files.text("exports/cmdb.json", f'{{"result":[\n{lines}\n]}}\n')


def tables(files, assets, again):
    """What the management of end points, the backups and the network team keep of their own."""
    files.table("exports/endpoints.csv", ["Computer", "Last vulnerability scan", "Last patched", "Restart pending", "Free disk %"],
                [[record["id"], record["last_scanned"], record["last_patched"], YES_NO[record["pending_reboot"]], record["disk_free"]] for record in assets])
    chicago = datetime.timedelta(hours=-6)
    files.table("exports/backups.csv", ["Client", "Last successful backup", "Restore tested"],
                [[record["id"], (moment(record["backup"]["last_success"]) + chicago).strftime("%m/%d/%Y %H:%M"), YES_NO[record["backup"]["verified"]]]
                 for record in assets if "backup" in record], delimiter=";", ends="\r\n")
    # What the CMDB knows as reachable, the network team has checked; of one system it says otherwise.
    rows = [[record["id"], CRITICALITY[record["tier"]], "Internet"] for record in assets if record.get("exposure") == "internet" and record["tier"]]
    rows += [[record["id"], CRITICALITY[record["tier"]], title(record["exposure"])] for record in again]
    files.table("exports/reachable.csv", ["System", "Criticality", "Reachable from"], rows)


def scanner_of(record):
    """Which scanner looks at an asset: none, where the inventory knows of no findings at all."""
    if "findings" not in record:
        return None
    if record["kind"] == "container":
        return "grype"
    if record["kind"] == "server" and record["os"]["name"] in ("Ubuntu", "Debian"):
        return "trivy"
    return "tenable"


def scanned(record):
    """When the scanner that reports it was there: not before it found what it found."""
    return max([record["last_scanned"], *(finding["detected"] for finding in record["findings"] if "detected" in finding)])


class Reports:
    """The reports, and the register of what was found when."""

    def __init__(self, files, assets, known):
        self.files, self.known, self.rows, self.register = files, known, [], []
        for record in assets:
            scanner = scanner_of(record)
            if scanner:
                getattr(self, scanner)(record)
        self.files.table("reports/tenable.csv", TENABLE, self.rows, ends="\r\n", quoting=csv.QUOTE_ALL)
        self.files.table("exports/register.csv", ["Asset", "Vulnerability", "Package", "Version", "First seen", "Status", "Vendor rating"], self.register)

    def vectors(self, finding):
        """Vectors and scores as (version, vector, score)."""
        given = finding.get("cvss", [])
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, float):
                yield "3.0", None, one
            else:
                yield one.split("/")[0][5:], one, self.known[finding["cve"]]["scores"].get(one)

    def rated(self, finding):
        """The highest score, and the word for it."""
        score = max((score for _, _, score in self.vectors(finding) if score is not None), default=None)
        words = [(9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.1, "LOW")]
        return score, next((word for least, word in words if score is not None and score >= least), "UNKNOWN")

    def note(self, record, finding, package, version, rating):
        self.register.append([record["id"], finding["cve"], package, version, finding.get("detected", ""), STATES[finding["state"]], rating])

    def trivy(self, record):
        """`trivy rootfs` of a host's file system, which is mounted under the host's name."""
        name, version = record["os"]["name"], record["os"]["version"]
        issuer, issuer_name = ISSUERS[name]
        found = []
        for finding in record["findings"]:
            known = self.known[finding["cve"]]
            package, installed, fixed = known["package"], known["installed"], known["fixed"]
            entry = {
                "VulnerabilityID": finding["cve"],
                "PkgID": f"{package}@{installed}",
                "PkgName": package,
                "PkgIdentifier": {"PURL": f"pkg:deb/{issuer}/{package}@{installed}?arch=amd64&distro={issuer}-{version}"},
                "InstalledVersion": installed,
                "FixedVersion": fixed,
                "Status": "fixed" if fixed else None,
                "PrimaryURL": f"https://avd.aquasec.com/nvd/{finding['cve'].lower()}",
                "DataSource": {"ID": issuer, "Name": issuer_name},
                "Title": known["title"],
                "SeveritySource": issuer if "vendor_severity" in finding else "nvd",
                "Severity": finding["vendor_severity"].upper() if "vendor_severity" in finding else self.rated(finding)[1],
                "PublishedDate": finding["published"],
            }
            scores = {}
            for number_, vector, score in self.vectors(finding):
                key = "V40" if number_ == "4.0" else "V3"
                scores |= {f"{key}{what}": value for what, value in (("Vector", vector), ("Score", score)) if value is not None}
            if scores:
                # A score without a vector is the issuer's own.
                entry["CVSS"] = {"nvd" if any(key.endswith("Vector") for key in scores) else issuer: scores}
            found.append({key: value for key, value in entry.items() if value is not None})
            self.note(record, finding, package, installed, "")
        result = {"Target": f"{record['hostname']} ({issuer} {version})", "Class": "os-pkgs", "Type": issuer}
        if found:
            result["Vulnerabilities"] = found
        self.files.json(f"reports/trivy/{record['id']}.json", {
            "SchemaVersion": 2,
            "CreatedAt": scanned(record),
            "ArtifactName": record["hostname"],
            "ArtifactType": "filesystem",
            "Metadata": {"OS": {"Family": issuer, "Name": version}},
            "Results": [result],
        })

    def grype(self, record):
        """`grype dir:…` of what a container holds, unpacked under its name."""
        name, version = record["os"]["name"], record["os"]["version"]
        issuer, _ = ISSUERS[name]
        matches = []
        for finding in record["findings"]:
            known = self.known[finding["cve"]]
            package, installed, fixed = known["package"], known["installed"], known["fixed"]
            own = "vendor_severity" in finding
            purl = f"pkg:deb/{issuer}/{package}@{installed}?arch=amd64&distro={issuer}-{version}" if name == "Debian" else f"pkg:generic/{package}@{installed}"
            matches.append({
                "vulnerability": {
                    "id": finding["cve"],
                    "dataSource": f"https://nvd.nist.gov/vuln/detail/{finding['cve']}",
                    "namespace": f"{issuer}:distro:{issuer}:{version}" if own else "nvd:cpe",
                    "severity": (finding["vendor_severity"] if own else self.rated(finding)[1].lower()).capitalize(),
                    "urls": [],
                    "cvss": [{"source": "nvd@nist.gov", "type": "Primary", "version": number_, "vector": vector, "metrics": {"baseScore": score}, "vendorMetadata": {}}
                             for number_, vector, score in self.vectors(finding)],
                    "fix": {"versions": [fixed] if fixed else [], "state": "fixed" if fixed else "unknown"},
                    "advisories": [],
                },
                "relatedVulnerabilities": [],
                "matchDetails": [{"type": "exact-direct-match", "matcher": "dpkg-matcher" if name == "Debian" else "stock-matcher"}],
                "artifact": {
                    "id": f"{number(record['id'] + finding['cve'], 16):016x}",
                    "name": package,
                    "version": installed,
                    "type": "deb" if name == "Debian" else "binary",
                    "locations": [],
                    "language": "",
                    "licenses": [],
                    "cpes": [],
                    "purl": purl,
                },
            })
            self.note(record, finding, package, installed, "")
        self.files.json(f"reports/grype/{record['id']}.json", {
            "matches": matches,
            "source": {"type": "directory", "target": record["hostname"]},
            "distro": {"name": issuer, "version": version, "idLike": ["debian"] if name == "Debian" else []},
            "descriptor": {"name": "grype", "version": "0.104.0", "timestamp": scanned(record)},
        })

    def tenable(self, record):
        """Rows of one export for all hosts: that it was scanned, and what was found."""
        seed = number(record["id"])
        address = f"10.{seed % 200 + 20}.{seed // 200 % 250}.{seed // 50000 % 250 + 1}"
        about = [address, record["hostname"], f"{title(record['business_unit'])}"]
        seen = named(scanned(record))
        self.rows.append(["19506", "Nessus Scan Information", "Settings", "Info", *about, "", "", "", "", "", seen, seen, "N/A", "N/A", "No"])
        family = FAMILIES[record["os"]["family"]]
        for finding in record["findings"]:
            known = self.known[finding["cve"]]
            scores = {}
            for number_, vector, score in self.vectors(finding):
                scores.setdefault(number_[0], (score, vector))
            cells = [cell for family_ in "34" for cell in scores.get(family_, ("", ""))]
            plugin, risk = 200000 + known["index"], self.rated(finding)[1].capitalize()
            first = named(finding.get("detected"))
            self.rows.append([str(plugin), f"{finding.get('package', 'Software')}: {finding['cve']}", family, "Info" if risk == "Unknown" else risk, *about, finding["cve"],
                              *("" if cell is None else cell for cell in cells), first, seen, named(finding["published"]), "N/A", "No"])
            self.note(record, finding, "", "", title(finding.get("vendor_severity", "")))


TENABLE = ["Plugin", "Plugin Name", "Family", "Severity", "IP Address", "DNS Name", "Repository", "CVE", "CVSS V3 Base Score", "CVSS V3 Vector",
           "CVSS V4 Base Score", "CVSS V4 Vector", "First Discovered", "Last Observed", "Vuln Publication Date", "Patch Publication Date", "Accept Risk?"]


def named(text):
    """A time as Security Center writes it."""
    return moment(text).strftime("%b %d, %Y %H:%M:%S UTC") if text else "N/A"


def feeds(files, data, wanted):
    """Cut-outs of the public feeds: what Acme's vulnerabilities need, and some entries more."""
    catalogue = json.load(gzip.open(next(data.glob("kev/kev-*.json.gz"))))
    entries = catalogue["vulnerabilities"]
    catalogue["vulnerabilities"] = [entry for place, entry in enumerate(entries) if entry["cveID"] in wanted or place < 12]
    catalogue["count"] = len(catalogue["vulnerabilities"])
    files.text("feeds/known_exploited_vulnerabilities.json", json.dumps(catalogue, indent=2) + "\n")
    listed = {entry["cveID"] for entry in catalogue["vulnerabilities"]}
    path = next(data.glob("epss/*.kev-subset.csv.gz"))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("CVE-") or line.split(",")[0] in listed]
    files.text(f"feeds/{path.name.split('.')[0]}.csv", "".join(lines))
    records = []
    with gzip.open(data / "cve5" / "vulnrichment-sample.ndjson.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record["cveMetadata"]["cveId"] in wanted:
                records.append(json.dumps(cut(record), ensure_ascii=False, separators=(",", ":")) + "\n")
    files.text("feeds/cve.ndjson", "".join(records))


def cut(record):
    """A CVE record without its texts, references and lists of products: what it is, when it was published, and how it is rated."""
    containers = record["containers"]
    cna = {key: containers["cna"][key] for key in ("title", "providerMetadata", "metrics") if key in containers["cna"]}
    adp = [{key: one[key] for key in ("title", "providerMetadata", "metrics") if key in one} for one in containers.get("adp", []) if one.get("metrics")]
    about = {key: record[key] for key in ("dataType", "dataVersion", "cveMetadata")}
    return {**about, "containers": {"cna": cna, **({"adp": adp} if adp else {})}}


VERSION = re.compile(r"\d+(\.\d+)+(-\d+)?$")


def before(version):
    """The version before another: with the last number that is not nought one lower."""
    numbers = version.split(".")
    place = max((place for place, number_ in enumerate(numbers) if number_.isdigit() and int(number_)), default=None)
    if place is None:
        return None
    numbers[place] = str(int(numbers[place]) - 1)
    return ".".join(numbers)


def faulty(version):
    """Of a version that a CVE record gives: one that has the fault, and the first that has not, as far as it is told."""
    if version.get("status") != "affected":
        return None
    sign, text = re.match(r"\s*([<=>]*)\s*v?(.*?)\s*$", version.get("version") or "").groups()
    below, last = version.get("lessThan"), version.get("lessThanOrEqual")
    if sign == "<":
        below = text
    elif sign == "<=":
        last = text
    if last and VERSION.match(last):
        return last, None
    if below and VERSION.match(below) and before(below):
        return before(below), below
    return (text, None) if not sign and VERSION.match(text) and text.strip("0.") else None


def software(record, product):
    """The package that a CVE record speaks of, a version that has the fault, the first that has not, the scores of its vectors, its title."""
    containers = record["containers"]
    cna = containers.get("cna", {})
    affected = cna.get("affected") or [{}]
    name = next((one["packageName"].split("/")[-1] for one in affected if one.get("packageName")), product or "software")
    name = "".join(letter if letter.isalnum() or letter in ".+" else "-" for letter in name.lower())
    name = "-".join(part for part in name.split("-") if part)[:40].strip("-.")
    told = [pair for one in affected for version in one.get("versions", []) if (pair := faulty(version))]
    installed, fixed = told[0] if told else (f"1.{zlib.crc32(name.encode()) % 40}.0", None)
    scores = {}
    for container in [cna] + containers.get("adp", []):
        for metric in container.get("metrics", []):
            for key, value in metric.items():
                if key.startswith("cvssV"):
                    scores.setdefault(value.get("vectorString"), value.get("baseScore"))
    return {"package": name or "software", "installed": installed, "fixed": fixed, "scores": scores, "title": cna.get("title")}


def write(folder, data, assets, known):
    """All of them. The last record of an asset that has two is what the network team says of it."""
    files, first, again = Files(pathlib.Path(folder)), {}, []
    for record in assets:
        if record["id"] in first:
            again.append(record)
        else:
            first[record["id"]] = record
    assets = list(first.values())
    cmdb(files, assets)
    tables(files, assets, again)
    Reports(files, assets, known)
    feeds(files, data, {finding["cve"] for record in assets for finding in record.get("findings", [])})
