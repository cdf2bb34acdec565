"""Reads an environmental product declaration in the ILCD+EPD JSON of soda4LCA and OEKOBAUDAT: its carbon by module, its unit, its source.

Only what a building takes up to its handover is read: A1-A3, A4 and A5 of the global warming potential. B, C and D are named as left
out; D is never added. Format: EN 15804 modules in `LCIAResults`, the reference flow in `exchanges`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ..planning.factors import CARBON, Factor
from ..planning.ranges import Range, exactly
from ..problems import Problem, Refused

EPD_BYTES_MAX = 4 * 1024 * 1024
GWP_TOTAL = "6a37f984-a4b3-458a-a20a-64418c145fa2"  # EN 15804+A2
GWP = "77e416eb-a363-4258-a04e-171d843a6460"  # EN 15804+A1
STAGES = {"carbon_a1_a3": ("A1-A3", "A1", "A2", "A3"), "carbon_a4": ("A4",), "carbon_a5": ("A5",)}
UNITS = {"pcs.": "pcs", "Stk": "pcs", "Item(s)": "pcs", "qm": "m2", "m^2": "m2", "m^3": "m3", "m²": "m2", "m³": "m3", "t*km": "tkm"}
"""Units as data sets write them → ours; any other stands as it is."""
MASS = "93a60a56-a3c8-11da-a746-0800200b9a66"  # the flow property
KG_PER_TONNE = 1000
NAME_CHARS_MAX = 160


@dataclass(frozen=True)
class Declaration:
    """One data set. `stages`: measure → (low, likely, high) in kg CO2e per `unit`; several scenarios of one module make its range."""

    uuid: str
    version: str
    names: Mapping[str, str]
    unit: str
    year: int
    valid_until: int | None
    region: str
    owner: str
    indicator: str
    stages: Mapping[str, tuple[Decimal, Decimal, Decimal]]
    left_out: tuple[str, ...]
    mass_kg: Decimal | None = None  # of one unit, where the data set says it

    def name_in(self, *languages: str) -> str:
        return next((self.names[one] for one in (*languages, "en") if one in self.names), next(iter(self.names.values())))

    def factors(self, *, spread_percent: Decimal) -> tuple[Factor, ...]:
        """The stages as factors, with so many per cent to both sides: a declaration gives one figure and no range."""
        spread = spread_percent / 100
        source = f"{self.owner or 'EPD'}, {self.indicator}, ±{spread_percent.normalize():f} %"
        dataset = f"{self.uuid} {self.version}".strip()
        found = [
            Factor(measure, Range(low - abs(low) * spread, likely, high + abs(high) * spread), CARBON, source, self.year, self.region, dataset=dataset)
            for measure, (low, likely, high) in self.stages.items()
        ]  # fmt: skip
        if self.mass_kg is not None:
            found.append(
                Factor("mass", exactly(self.mass_kg / KG_PER_TONNE), "t", self.owner or "EPD", self.year, self.region, dataset=dataset)
            )
        return tuple(found)


def read_epd(data: bytes) -> Declaration:
    """The declaration in a file. Refused with what is wrong with it."""
    if len(data) > EPD_BYTES_MAX:
        raise _refused("epd_too_large", "The file is larger than %(mb)s MB.", mb=EPD_BYTES_MAX // 1024**2)
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise _refused("epd_no_json", "The file is no JSON in UTF-8: %(error)s.", error=str(error)) from error
    if not isinstance(value, dict) or "processInformation" not in value or "LCIAResults" not in value:
        raise _refused(
            "epd_other_format", "The file is JSON, but no data set in the ILCD+EPD format: it lacks processInformation or LCIAResults."
        )
    try:
        return _declaration(value)
    except (AttributeError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise _refused("epd_incomplete", "The data set lacks a part that every declaration has: %(part)s.", part=str(error)[:80]) from error


def _declaration(value: Mapping[str, Any]) -> Declaration:
    process, about = value["processInformation"], value["processInformation"]["dataSetInformation"]
    names = {str(one.get("lang", "")): str(one["value"]).strip()[:NAME_CHARS_MAX] for one in about["name"]["baseName"]}
    if not names:
        raise _refused("epd_without_name", "The data set has no name.")
    when = process.get("time", {})
    unit, amount, mass = _reference(value)
    result, indicator = _result(value["LCIAResults"]["LCIAResult"])
    modules = _modules(result)
    stages = {measure: found for measure, wanted in STAGES.items() if (found := _stage(modules, wanted, amount))}
    if "carbon_a1_a3" not in stages:
        raise _refused(
            "epd_without_production", "The data set declares no A1-A3 of the global warming potential, so it says nothing of use here."
        )
    used = {name for wanted in STAGES.values() for name in wanted}
    until = when.get("dataSetValidUntil")
    owner, version = _owner(value.get("administrativeInformation", {}))
    place = process.get("geography", {}).get("locationOfOperationSupplyOrProduction", {}).get("location", "")
    return Declaration(
        str(about["UUID"]), version, names, unit, int(when["referenceYear"]), int(until) if until else None, str(place), owner, indicator,
        stages, tuple(sorted(set(modules) - used)), mass,
    )  # fmt: skip


def _reference(value: Mapping[str, Any]) -> tuple[str, Decimal, Decimal | None]:
    """The declared unit, how many of it the results are for, and the kilograms of one."""
    for flow in value["exchanges"]["exchange"]:
        if str(flow.get("referenceFlow", "")).casefold() != "true":
            continue
        kind = next((one for one in flow.get("flowProperties", []) if str(one.get("referenceFlowProperty", "")).casefold() == "true"), None)
        if kind is None or not kind.get("referenceUnit"):
            break
        each = _number(kind.get("meanValue") or "1")
        amount = _number(flow.get("resultingflowAmount") or flow.get("meanAmount") or "1") * each
        if amount <= 0:
            break
        unit = str(kind["referenceUnit"]).strip()
        mass = next((_number(one["meanValue"]) for one in flow["flowProperties"] if one.get("uuid") == MASS and one.get("meanValue")), None)
        return UNITS.get(unit, unit), amount, mass / each if mass is not None and mass > 0 else None
    raise _refused("epd_without_unit", "The data set does not say for how much of what its figures are.")


def _result(results: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], str]:
    """The global warming potential: the total of EN 15804+A2 before that of +A1."""
    by_method = {str(one["referenceToLCIAMethodDataSet"].get("refObjectId", "")): one for one in results}
    for uuid, name in ((GWP_TOTAL, "GWP-total"), (GWP, "GWP")):
        if uuid in by_method:
            return by_method[uuid], name
    for one in results:
        words = [str(text.get("value", "")).casefold() for text in one["referenceToLCIAMethodDataSet"].get("shortDescription", [])]
        for word in words:
            if "(gwp-total)" in word or "(gwp)" in word or word.startswith("global warming potential - total"):
                return one, "GWP-total" if "total" in word else "GWP"
    raise _refused("epd_without_gwp", "The data set has no global warming potential, so there is no carbon to read.")


def _modules(result: Mapping[str, Any]) -> dict[str, list[Decimal]]:
    """Module → its values, one per scenario. A module that was not declared has none."""
    found: dict[str, list[Decimal]] = {}
    for one in result["other"]["anies"]:
        if "module" in one and one.get("value") not in (None, "", "ND", "MND", "MNA", "MNR"):
            found.setdefault(str(one["module"]).replace(" ", "").upper(), []).append(_number(one["value"]))
    return found


def _stage(modules: Mapping[str, list[Decimal]], wanted: Sequence[str], amount: Decimal) -> tuple[Decimal, Decimal, Decimal] | None:
    """The whole stage, or the sum of its parts where all are declared: three numbers in order, the first scenario being the likely one."""
    whole, *parts = wanted
    lists = [modules[whole]] if whole in modules else [modules[one] for one in parts if one in modules]
    if not lists or (whole not in modules and len(lists) < len(parts)):
        return None
    low, likely, high = (sum((pick(values) for values in lists), Decimal(0)) / amount for pick in (min, lambda values: values[0], max))
    return low, likely, high


def _owner(administration: Mapping[str, Any]) -> tuple[str, str]:
    """Who registered or owns the declaration, and the version of the data set."""
    publication = administration.get("publicationAndOwnership", {})
    for key in ("registrationNumber", "referenceToOwnershipOfDataSet", "referenceToRegistrationAuthority"):
        said = publication.get(key)
        texts = said.get("shortDescription", []) if isinstance(said, dict) else [{"value": said}] if said else []
        for text in texts:
            if text.get("value"):
                return f"EPD {text['value']}"[:NAME_CHARS_MAX], str(publication.get("dataSetVersion", ""))
    return "", str(publication.get("dataSetVersion", ""))


def _number(text: object) -> Decimal:
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _refused("epd_number_wrong", "“%(asked)s” stands where a number belongs.", asked=str(text)[:40])
    return value


def _refused(code: str, text: str, **params: object) -> Refused:
    return Refused(Problem(code, text, params))


def read_plain(payload: Mapping[str, str]) -> dict[str, Any]:
    """`read_epd` for a process of its own: base64 in, plain values out."""
    import base64

    found = read_epd(base64.b64decode(payload["data"]))
    stages = {name: [str(value) for value in values] for name, values in found.stages.items()}
    return asdict(found) | {"stages": stages, "mass_kg": None if found.mass_kg is None else str(found.mass_kg)}


def declaration_from_plain(value: Mapping[str, Any]) -> Declaration:
    """What `read_plain` gave, as a declaration again."""
    stages = {name: (Decimal(low), Decimal(likely), Decimal(high)) for name, (low, likely, high) in value["stages"].items()}
    mass = None if value["mass_kg"] is None else Decimal(value["mass_kg"])
    return Declaration(**{**value, "stages": stages, "left_out": tuple(value["left_out"]), "mass_kg": mass})
