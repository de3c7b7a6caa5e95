"""The naming rule of ../../naming/naming.c in Python: `pay-db-lon-01` says payments, what it does, London, and a number."""

import re

from wit_world import WitWorld as World
from wit_world.exports import Description as Describe
from wit_world.exports.description import Check, Description as Says

UNITS = {"pay": "payments", "ret": "retail", "log": "logistics", "cor": "corporate", "mkt": "markets", "mfg": "manufacturing"}
UNITS |= {"mar": "markets", "man": "manufacturing"}  # until 2024
SITES = {"nyc": "amer", "chi": "amer", "sao": "latam", "lon": "emea", "ber": "emea", "blr": "apac", "sin": "apac", "syd": "apac"}
NAME = re.compile(r"([^-]+)-[^-]+-([^-]+)-[0-9]{2,3}", re.DOTALL)


class Description(Describe):
    def describe(self) -> Says:
        return Says(
            "naming",
            "1.0.0",
            [
                Check(
                    "agrees(id: string, unit: string, region: string) -> bool",
                    "the name is unit-role-site-number, and its unit and site are those that the inventory gives it",
                )
            ],
        )


class WitWorld(World):
    def agrees(self, id: str, unit: str, region: str) -> bool:
        name = NAME.fullmatch(id)
        return name is not None and UNITS.get(name[1]) == unit and SITES.get(name[2]) == region
