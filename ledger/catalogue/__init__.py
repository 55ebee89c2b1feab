"""The tariff catalogue: plans, options, regions and VAT, versioned by date (contract §6, R-3.6)."""

from ledger.catalogue.model import Catalogue, OptionVersion, Packages, PlanVersion, parse, shipped_text
from ledger.catalogue.oversights import oversights
from ledger.catalogue.problems import BadCatalogue

__all__ = [
    "BadCatalogue",
    "Catalogue",
    "OptionVersion",
    "Packages",
    "PlanVersion",
    "oversights",
    "parse",
    "shipped_text",
]
