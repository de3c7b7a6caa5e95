#!/usr/bin/env python3
"""Makes the rest of Acme's records, beside this file: people.ndjson, services.ndjson, incidents.ndjson, waivers.csv, obligations.ndjson and changes/.

    python3 generate_changes.py

All of it is invented, and said as of Friday 20 November 2026, 15:00 UTC. Nothing is left to chance: the same text comes out each time. The assets are generate.py's.
"""

import csv
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def mail(name):
    return f"{name}@acme.example"


# (name, roles, full name); the records of the teams that own assets follow.
PEOPLE = [
    ("j.alvarez", ["engineer"], "Juana Alvarez"),
    ("p.nowak", ["engineer"], "Piotr Nowak"),
    ("m.okafor", ["tester"], "Mercy Okafor"),
    ("k.mehta", ["architect"], "Kiran Mehta"),
    ("y.chen", ["architect", "security-reviewer"], "Yun Chen"),
    ("f.rossi", ["security-reviewer"], "Federica Rossi"),
    ("n.haddad", ["compliance"], "Nadia Haddad"),
    ("g.ito", ["change-manager"], "Goro Ito"),
    ("a.lindqvist", ["change-manager", "cab-member"], "Astrid Lindqvist"),
    ("d.osei", ["cab-member"], "Daniel Osei"),
    ("r.tanaka", ["cab-member", "service-owner"], "Rei Tanaka"),
    ("s.bauer", ["cab-member", "service-owner"], "Sabine Bauer"),
    ("t.novak", ["service-owner"], "Tomas Novak"),
    ("c.dubois", ["service-owner"], "Claire Dubois"),
    ("q.adeyemi", ["service-owner"], "Queen Adeyemi"),
    ("l.moreau", ["ciso"], "Luc Moreau"),
    ("v.santos", ["ecab"], "Vera Santos"),
]

# Who stands in for whom, in which role, from when until when.
DELEGATIONS = {
    "a.lindqvist": [{"to": mail("d.osei"), "role": "change-manager", "from": "2026-11-16T00:00:00Z", "until": "2026-11-30T00:00:00Z"}],
    "t.novak": [{"to": mail("c.dubois"), "role": "service-owner", "from": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}],
}

UNITS = ["payments", "retail", "markets", "logistics", "manufacturing", "corporate"]

# (id, name, owner, tier, what the month's agreed availability leaves)
SERVICES = [
    ("payments-gateway", "Payments gateway", "s.bauer", 1, "40min"),
    ("core-ledger", "Core ledger", "s.bauer", 1, "4h"),
    ("settlement", "Settlement", "s.bauer", 2, "4h"),
    ("shop-front", "Shop front", "q.adeyemi", 2, "2h"),
    ("order-management", "Order management", "r.tanaka", 1, "4h"),
    ("risk-engine", "Risk engine", "r.tanaka", 2, "4h"),
    ("warehouse", "Warehouse management", "c.dubois", 2, "6h"),
    ("manufacturing-execution", "Manufacturing execution", "c.dubois", 2, "6h"),
    ("identity", "Directory and sign-on", "t.novak", 1, "3h"),
    ("mail", "Mail", "t.novak", 2, "8h"),
    ("wiki", "Wiki", "t.novak", 3, "24h"),
    ("hr-portal", "HR portal", "q.adeyemi", 3, "24h"),
    ("payroll", "Payroll", None, 2, "8h"),
]

INCIDENTS = [
    {"id": "INC2038", "opened": "2026-11-17T06:12:00Z", "closed": "2026-11-17T09:40:00Z", "severity": "high", "assets": ["mfg-mes-chi-01"], "services": ["manufacturing-execution"]},
    {"id": "INC2041", "opened": "2026-11-20T08:55:00Z", "closed": "none", "severity": "high", "assets": ["ret-web-lon-01"], "services": ["shop-front"]},
    {"id": "INC2042", "opened": "2026-11-20T11:40:00Z", "closed": "none", "severity": "critical", "assets": ["cor-vpn-nyc-01"], "services": []},
]

WAIVERS = [
    {"id": "W-0107", "waives": "backup_verified", "assets": "mfg-hist-chi-301", "from": "2026-09-15", "until": "2026-12-11", "by": "ciso",
     "because": "The backup appliance in Chicago is being replaced; the historian is copied to Berlin each night"},
    {"id": "W-0109", "waives": "eol_exposed", "assets": "log-edi-sao-01", "from": "2026-11-01", "until": "2027-02-28", "by": "manager",
     "because": "The carrier is not ready to move"},
    {"id": "W-0110", "waives": "backup_verified", "assets": "pay-app-nyc-02", "from": "2026-06-01", "until": "2027-05-31", "by": "ciso",
     "because": "Backups of the second node fail now and then"},
    {"id": "W-0098", "waives": "eol_exposed", "assets": "log-edi-sao-01", "from": "2025-11-01", "until": "2026-10-31", "by": "ciso",
     "because": "Until the carrier has moved"},
]

# Duties that earlier runs have left open.
DUTIES = [
    {"id": "root_cause CHG0017", "rule": "root_cause", "kind": "obligation", "change": "CHG0017", "asset": "none", "subject": "none", "role": "problem-management", "missing": 1, "due": "2026-11-13T05:00:00Z"},
    {"id": "records_updated CHG0025", "rule": "records_updated", "kind": "obligation", "change": "CHG0025", "asset": "none", "subject": "none", "role": "configuration-management", "missing": 1, "due": "2026-11-24T05:00:00Z"},
    {"id": "ecab CHG0028", "rule": "ecab", "kind": "review", "change": "CHG0028", "asset": "none", "subject": "none", "role": "none", "missing": 1, "due": "2026-11-25T05:00:00Z"},
]

# The matrix of the policy, impact by urgency.
PRIORITY = {"low": {"low": "5", "medium": "4", "high": "3"}, "medium": {"low": "4", "medium": "3", "high": "2"}, "high": {"low": "3", "medium": "2", "high": "1"}}

TEST = {"kind": "test", "result": "passed", "by": mail("m.okafor"), "at": "2026-11-18T16:20:00Z", "url": "https://ci.acme.example/runs/88121"}
STAGING = {"kind": "staging", "result": "passed", "by": mail("m.okafor"), "at": "2026-11-19T10:05:00Z", "url": "https://ci.acme.example/runs/88164"}
TRIAGE = {"kind": "forensic-triage", "result": "passed", "by": mail("f.rossi"), "at": "2026-11-20T12:45:00Z", "url": "https://soc.acme.example/cases/5511"}
TOLD = {"kind": "announcement", "audience": "users", "at": "2026-11-17T09:00:00Z"}
BACKOUT = "Revert to the snapshot that is taken at the start; the runbook is OPS-114."
TESTS = "Smoke tests of the service, then one hour of watching its error rate."


def vote(role, by, at, decision="approve", scope=None, instead_of=None):
    record = {"role": role, "by": mail(by)}
    if instead_of:
        record["on_behalf_of"] = mail(instead_of)
    if scope:
        record["scope"] = scope
    return record | {"at": at, "decision": decision}


def review(at="2026-11-18T17:30:00Z"):
    return [vote("architect", "k.mehta", at), vote("security-reviewer", "f.rossi", at)]


def manager(at="2026-11-19T09:00:00Z"):
    return [vote("change-manager", "g.ito", at)]


def comply(at="2026-11-18T18:00:00Z"):
    return [vote("compliance", "n.haddad", at)]


def board(owner=None, services=(), members=("d.osei", "a.lindqvist"), at="2026-11-19T14:30:00Z"):
    votes = [vote("cab-member", member, at) for member in members]
    if owner:
        votes.append(vote("service-owner", owner, at, scope=list(services)))
    return votes


LOW = review() + manager()


def change(number, title, assets, description, justification, drop=(), **facts):
    """One record, with what most changes have; `facts` sets, `drop` takes away."""
    record = {
        "id": f"CHG{number:04}",
        "title": title,
        "description": description,
        "justification": justification,
        "model": "os-patch",
        "type": "normal",
        "state": "assess",
        "requester": mail("j.alvarez"),
        "implementer": mail("p.nowak"),
        "assignment_group": "platform-operations",
        "impact": "medium",
        "urgency": "medium",
        "security": False,
        "submitted_at": "2026-11-16T09:00:00Z",
        "updated_at": "2026-11-17T08:30:00Z",
        "started_at": "none",
        "finished_at": "none",
        "outcome": "open",
        "assets": assets,
        "services": [],
        "fixes": [],
        "reboot": False,
        "backout_plan": BACKOUT,
        "test_plan": TESTS,
        "approvals": [],
        "evidence": [TEST],
        "notices": [],
    }
    record.update(facts)
    record.setdefault("priority", PRIORITY[record["impact"]][record["urgency"]])
    for key in drop:
        record.pop(key, None)
    path = HERE / "changes" / f"{record['id']}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def changes():
    """What stops a change, one thing after another: first the facts and the calendar, from CHG0053 on the people, from CHG0066 on time alone."""
    plans = ("backout_plan", "test_plan")
    desktops = 'asset.kind == workstation and asset.hostname like "{}-*"'

    change(31, "Kernel update of the London ledger database", ["pay-db-lon-01"],
           "Install the kernel update and restart the standby, then switch over.", "Closes CVE-2023-5633.",
           start="2026-11-21T01:00:00Z", end="2026-11-21T04:00:00Z", security=True, fixes=["CVE-2023-5633"], reboot=True, backout_time="45min", services=["core-ledger"],
           communication_plan="Ledger users and the payments desk, by mail and on the status page.", security_impact="Removes a local privilege escalation; no change to access or logging.",
           evidence=[TEST, STAGING], notices=[TOLD], approvals=LOW + comply() + board("s.bauer", ["core-ledger"]))
    change(32, "November updates for the desktops in Sydney", {"where": desktops.format("cor-ws-syd")}, "The monthly cumulative update.", "Monthly patch cycle.", drop=plans,
           model="os-patch-monthly", type="standard", start="2026-11-23T16:00:00Z", end="2026-11-23T20:00:00Z", security=True, reboot=True, patches=["KB5068861"])
    change(33, "Browser update for the Sydney pilot group", ["cor-ws-syd-001", "cor-ws-syd-002", "cor-ws-syd-003"], "Extended-stable browser release.", "Keeps the pilot group two weeks ahead.", drop=plans,
           model="browser-update", type="standard", start="2026-11-22T22:00:00Z", end="2026-11-22T23:00:00Z", implementer=mail("j.alvarez"))
    change(34, "FortiOS fix on the New York VPN gateway, now", ["cor-vpn-nyc-01"], "Install the fixed firmware on the gateway; sessions fail over.", "CVE-2022-40684 was found on it this morning and is being exploited.",
           model="firmware", type="emergency", security=True, fixes=["CVE-2022-40684"], impact="high", urgency="high", submitted_at="2026-11-20T13:10:00Z", updated_at="2026-11-20T13:40:00Z",
           reboot=True, backout_time="20min", security_impact="Closes an authentication bypass.", evidence=[TRIAGE], approvals=[vote("ecab", "v.santos", "2026-11-20T14:05:00Z")])
    change(35, "New checkout banner on the shop front", ["ret-web-nyc-01", "ret-web-lon-01"], "Deploy release 2026.47 of the shop front.", "Marketing wants it live for the weekend.",
           model="release", start="2026-11-26T01:00:00Z", end="2026-11-26T03:00:00Z", security_impact="None: static content.", services=["shop-front"],
           approvals=LOW + comply() + board("q.adeyemi", ["shop-front"]))
    change(36, "Order management upgrade in the week before Christmas", ["mkt-ems-nyc-01"], "Upgrade the order management system to 9.2.", "Vendor support of 9.0 ends in March.",
           model="release", start="2026-12-19T06:00:00Z", end="2026-12-19T09:00:00Z", evidence=[TEST, STAGING], services=["order-management"],
           approvals=LOW + board("r.tanaka", ["order-management"]))
    change(37, "Payment application update", ["pay-app-nyc-01", "pay-app-nyc-02"], "Install release 5.14 of the payment application.", "Fixes the rounding of refunds.",
           model="release", start="2026-11-21T01:00:00Z", end="2026-11-21T03:00:00Z", security_impact="None: no change to the handling of card data.", approvals=LOW + comply())
    change(38, "Mail server cumulative update", ["cor-mail-nyc-01"], "Install the cumulative update.", "Quarterly maintenance.",
           start="2026-11-21T02:00:00Z", end="2026-11-21T05:00:00Z", implementer=mail("j.alvarez"), services=["mail"], approvals=LOW)
    change(39, "Directory server schema change", ["cor-ad-nyc-01"], "Extend the directory schema for the new badge system.", "Needed by the badge project.", drop=("backout_plan",),
           model="schema", start="2026-11-21T06:00:00Z", end="2026-11-21T08:00:00Z", services=["identity"], approvals=LOW + board("t.novak", ["identity"]))
    change(40, "Warehouse system patch in Berlin", ["log-wms-ber-01"], "Install vendor patch 14.3.2.", "Fixes label printing.",
           model="release", start="2026-11-21T20:00:00Z", end="2026-11-21T22:00:00Z", services=["warehouse"], approvals=LOW)
    change(41, "Certificate renewal on the mail servers", ["cor-mail-nyc-01", "cor-mail-nyc-09"], "Replace the transport certificates.", "They expire on 2 December.",
           model="certificate", start="2026-11-21T15:00:00Z", end="2026-11-21T17:00:00Z", services=["mail"], communication_plan="Partners who send mail to us.", approvals=LOW + comply() + board("t.novak", ["mail"]))
    change(42, "Archive tool update on an operator panel", ["mfg-hmi-chi-01"], "Replace the archive tool by its current release.", "Closes CVE-2023-38831.",
           model="application", security=True, fixes=["CVE-2023-38831"], start="2026-11-23T06:00:00Z", end="2026-11-23T07:00:00Z", approvals=LOW, evidence=[TEST, TRIAGE])
    change(43, "New partner on the EDI gateway", ["log-edi-sao-01"], "Add a partner's endpoint and certificate.", "A new carrier starts on 1 December.",
           model="configuration", start="2026-11-24T02:00:00Z", end="2026-11-24T03:00:00Z", approvals=LOW)
    change(44, "Time service settings, now", ["mkt-risk-sin-01", "cor-mail-nyc-01"], "Point both servers to the new time sources.", "The old sources are switched off tonight.",
           model="configuration", approvals=LOW)
    change(45, "Risk engine parameters", ["mkt-risk-sin-01"], "Load the parameters for December.", "Quarterly recalibration.",
           model="configuration", start="2026-11-23T02:00:00Z", end="2026-11-23T03:00:00Z", services=["risk-engine"], approvals=LOW)
    change(46, "Manufacturing execution system update overnight", ["mfg-mes-chi-01"], "Install update 23.4.", "Fixes lot tracking.",
           model="release", start="2026-11-21T04:00:00Z", duration="3h", backout_time="1h", services=["manufacturing-execution"], approvals=LOW)
    change(47, "HR portal fix, filed as an emergency", ["cor-hr-ber-01"], "Install the fix for the leave form.", "People cannot book leave for Christmas.",
           model="release", type="emergency", start="2026-11-23T20:00:00Z", end="2026-11-23T21:00:00Z", services=["hr-portal"], approvals=LOW)
    change(48, "HR portal year-end tables", ["cor-hr-ber-01"], "Load next year's tables.", "Payroll needs them on 4 January.",
           model="configuration", start="2026-12-17T09:00:00Z", services=["hr-portal"], approvals=LOW)
    change(49, "Till update in two London shops", ["ret-pos-lon-101", "ret-pos-lon-102"], "The monthly cumulative update.", "Monthly patch cycle.",
           security=True, patches=["KB5068861"], start="2026-11-24T00:30:00Z", end="2026-11-24T03:00:00Z", reboot=True, security_impact="None beyond the fixes themselves.", approvals=LOW + comply())
    change(50, "Agent roll-out on the payment core", ["pay-gw-lon-01", "pay-gw-lon-02", "pay-db-lon-01", "pay-db-nyc-01"], "Install the new monitoring agent.", "The old one is out of support in January.",
           model="agent", start="2026-11-22T05:00:00Z", end="2026-11-22T06:00:00Z", backout_time="15min", communication_plan="Payments desk.", security_impact="The agent reads process names and no data.",
           evidence=[TEST, STAGING], services=["payments-gateway", "core-ledger"], approvals=LOW + comply() + board("s.bauer", ["payments-gateway", "core-ledger"]))
    change(51, "Wiki update in Sydney", ["cor-wiki-syd-01"], "Install release 9.1.", "Feature release.",
           model="release", start="2026-11-21T15:00:00Z", end="2026-11-21T18:00:00Z", evidence=[TEST, STAGING], services=["wiki"], communication_plan="Banner on the wiki.",
           approvals=LOW + board("t.novak", ["wiki"]))
    change(52, "November updates for the desktops in Bangalore", {"where": desktops.format("cor-ws-blr")}, "The monthly cumulative update.", "Monthly patch cycle.", drop=plans,
           model="os-patch-monthly", type="standard", start="2026-11-23T16:00:00Z", end="2026-11-23T20:00:00Z", security=True, reboot=True, patches=["KB5068861"])

    ledger = {"start": "2026-11-22T05:30:00Z", "end": "2026-11-22T07:30:00Z", "backout_time": "30min", "services": ["core-ledger"], "communication_plan": "Ledger users.",
              "security_impact": "None.", "evidence": [TEST, STAGING]}
    change(53, "Ledger index rebuild in New York", ["pay-db-nyc-01"], "Rebuild two indexes.", "Month-end reports are slow.", model="database", **(ledger | {"start": "2026-11-22T08:00:00Z", "end": "2026-11-22T10:00:00Z"}),
           approvals=LOW + comply() + board("s.bauer", ["core-ledger"], members=("d.osei",)))
    change(54, "Manufacturing execution: new report server", ["mfg-mes-chi-01"], "Connect the new report server.", "Plant managers want reports in the morning.",
           model="release", impact="high", reboot=True, start="2026-11-22T08:00:00Z", end="2026-11-22T10:00:00Z", services=["manufacturing-execution"], notices=[TOLD | {"at": "2026-11-16T09:00:00Z"}],
           approvals=LOW + board("c.dubois", ["manufacturing-execution"]) + [vote("cab-member", "r.tanaka", "2026-11-19T14:40:00Z", "reject")])
    change(55, "Directory: second identity provider", ["cor-ad-nyc-01"], "Add the partner's identity provider.", "Needed for the joint venture.",
           model="configuration", submitted_at="2026-10-19T09:00:00Z", updated_at="2026-10-20T08:30:00Z", start="2026-11-22T06:00:00Z", end="2026-11-22T08:00:00Z", backout_time="30min",
           communication_plan="Service desk and the venture's team.", services=["identity"], evidence=[TEST | {"at": "2026-10-21T09:00:00Z"}, STAGING | {"at": "2026-10-22T09:00:00Z"}],
           approvals=review("2026-10-28T10:00:00Z") + manager("2026-11-19T09:00:00Z") + board("t.novak", ["identity"], at="2026-11-03T14:30:00Z"))
    change(56, "Settlement batch: new bank calendar", ["pay-batch-lon-01"], "Load the bank's calendar for 2027.", "The old one ends on 31 December.",
           model="configuration", requester=mail("a.lindqvist"), impact="high", start="2026-11-21T21:00:00Z", end="2026-11-21T21:45:00Z", services=["settlement", "core-ledger"], security_impact="None.",
           approvals=LOW + comply() + board("s.bauer", ["settlement", "core-ledger"], members=("a.lindqvist", "r.tanaka")))
    change(57, "New partner on the second EDI gateway", ["log-edi-sao-02"], "Add a partner's endpoint and certificate.", "A new carrier starts on 1 December.",
           model="configuration", start="2026-11-24T02:00:00Z", end="2026-11-24T03:00:00Z", approvals=LOW)
    change(58, "Fix for the London payment gateway, now", ["pay-gw-lon-02"], "Install the fixed web server.", "CVE-2024-38475 is being exploited elsewhere.",
           model="os-patch", type="emergency", security=True, fixes=["CVE-2024-38475"], impact="high", urgency="high", submitted_at="2026-11-20T12:00:00Z", updated_at="2026-11-20T12:30:00Z", backout_time="10min",
           communication_plan="Payments desk.", security_impact="Closes a path traversal.", services=["payments-gateway"], evidence=[], approvals=[vote("ciso", "l.moreau", "2026-11-20T13:15:00Z")])
    change(59, "Mail transport rules", ["cor-mail-nyc-01"], "Add rules for the new domain; since the review also for the old one.", "The new domain goes live in December.",
           model="configuration", updated_at="2026-11-19T16:45:00Z", start="2026-11-22T14:00:00Z", end="2026-11-22T15:00:00Z", services=["mail"], approvals=LOW)
    change(60, "Label printers in the Berlin warehouse", ["log-fw-ber-201"], "Open the printers' new port.", "The printers were replaced.",
           model="configuration", start="2026-11-23T20:00:00Z", end="2026-11-23T21:00:00Z", services=["warehouse"],
           approvals=review() + [vote("change-manager", "d.osei", "2026-11-19T09:20:00Z", instead_of="a.lindqvist")])
    change(61, "Historian: new tags", ["mfg-hist-chi-301"], "Add the tags of line 4.", "Line 4 starts in December.",
           model="configuration", start="2026-11-21T14:00:00Z", end="2026-11-21T15:00:00Z", approvals=LOW)
    change(62, "Payroll server patch", ["cor-pay-ber-01"], "Install the monthly patches.", "Monthly patch cycle.",
           start="2026-11-22T10:00:00Z", end="2026-11-22T11:00:00Z", services=["payroll"], approvals=LOW)
    change(63, "Risk engine: new market data", ["mkt-risk-sin-01"], "Connect the second market data feed.", "Resilience.",
           model="release", start="2026-11-22T02:00:00Z", end="2026-11-22T04:00:00Z", services=["risk-engine"], approvals=LOW)
    change(64, "Risk engine: operating system patches", ["mkt-risk-sin-01"], "Install the monthly patches.", "Monthly patch cycle.",
           start="2026-11-22T03:00:00Z", end="2026-11-22T05:00:00Z", services=["risk-engine"], approvals=LOW)
    change(65, "Shop front: cookie notice", ["ret-web-lon-01"], "Deploy the new notice.", "A regulator asked for it.",
           model="release", start="2026-11-21T22:00:00Z", end="2026-11-21T23:00:00Z", services=["shop-front"], security_impact="None: static content.",
           approvals=LOW + comply() + board("q.adeyemi", ["shop-front"]))

    # What is asked of time: `changegate when`.
    change(66, "Certificates of the payment applications, three regions", ["pay-app-nyc-213", "pay-app-lon-201", "pay-app-sin-203"], "Replace the certificates, all at once: they have to trust each other.", "They expire on 31 December.",
           model="certificate", start="2026-11-25T01:00:00Z", end="2026-11-25T03:00:00Z", security_impact="None.", approvals=LOW + comply() + board())
    change(67, "New card readers in two London shops", ["ret-pos-lon-101", "ret-pos-lon-102"], "Swap the card readers of the tills.", "The old ones go out of support.",
           model="hardware-swap", start="2026-11-24T10:00:00Z", end="2026-11-24T10:45:00Z", security_impact="None: the same reader in a newer housing.", approvals=LOW + comply())
    change(68, "Workflow engine of the New York payments", ["pay-ctr-nyc-208"], "Deploy the fixed image.", "Closes CVE-2023-25754.",
           model="release", security=True, fixes=["CVE-2023-25754"], start="2026-11-26T02:00:00Z", end="2026-11-26T03:00:00Z", security_impact="Closes a privilege escalation.", evidence=[TEST, STAGING], approvals=LOW + comply() + board())
    change(69, "Order management: move to the new storage", ["mkt-ems-nyc-01"], "Copy, switch over, check.", "The old array is out of warranty in January.",
           model="storage", start="2026-12-05T05:00:00Z", duration="5h", backout_time="2h", services=["order-management"], evidence=[TEST, STAGING], approvals=LOW + board("r.tanaka", ["order-management"]))
    change(72, "Order management: move to the new storage, with its archive", ["mkt-ems-nyc-01"], "Copy, switch over, check, then the archive.", "The old array is out of warranty in January.",
           model="storage", start="2026-12-12T05:00:00Z", duration="6h", backout_time="2h", services=["order-management"], evidence=[TEST, STAGING], approvals=LOW + board("r.tanaka", ["order-management"]))
    change(70, "Directory: longer passwords", ["cor-ad-nyc-01"], "Raise the minimum to 14 characters.", "An audit asked for it.",
           model="configuration", submitted_at="2026-11-18T16:00:00Z", updated_at="2026-11-18T16:00:00Z", start="2026-11-29T06:00:00Z", end="2026-11-29T07:00:00Z", backout_time="15min",
           communication_plan="Everybody, by mail and at sign-on.", services=["identity"], evidence=[TEST, STAGING], approvals=review() + manager())
    change(71, "Payment gateway: new cipher suites", ["pay-gw-lon-01"], "Switch the old suites off.", "PCI asks for it.",
           model="configuration", start="2026-11-22T02:30:00Z", end="2026-11-22T03:00:00Z", backout_time="10min", communication_plan="Payments desk.", security_impact="Refuses clients that are ten years old.",
           services=["payments-gateway"], evidence=[TEST, STAGING], approvals=LOW + comply() + board("s.bauer", ["payments-gateway"]))


def lines(name, records):
    (HERE / name).write_text("".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records), encoding="utf-8")


def main():
    people = [{"id": mail(name), "name": title, "roles": roles, "delegations": DELEGATIONS.get(name, [])} for name, roles, title in PEOPLE]
    teams = [(f"{unit}-{team}", f"{unit.capitalize()}, {team}") for unit in UNITS for team in ("platform", "desktop")]
    people += [{"id": mail(team), "name": title, "roles": ["asset-owner"], "delegations": []} for team, title in teams]
    lines("people.ndjson", people)
    lines("services.ndjson", [{"id": key, "name": name, "owner": mail(owner) if owner else "none", "tier": tier, "downtime_left": left} for key, name, owner, tier, left in SERVICES])
    lines("incidents.ndjson", INCIDENTS)
    lines("obligations.ndjson", DUTIES)
    with open(HERE / "waivers.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "waives", "assets", "changes", "findings", "from", "until", "by", "because"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(WAIVERS)
    (HERE / "changes").mkdir(exist_ok=True)
    changes()


if __name__ == "__main__":
    main()
