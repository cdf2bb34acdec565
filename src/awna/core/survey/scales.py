"""Scales of damage by name, and what their grades mean in ours. A grade that a scale leaves open stays unknown: none is invented."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GRADES = ("undamaged", "slight", "moderate", "severe", "destroyed")
UNKNOWN = ""


@dataclass(frozen=True)
class Scale:
    """`grades` maps what a source writes, in small letters without signs, to one of GRADES, or to UNKNOWN where ours has no such grade."""

    name: str
    title: str
    grades: Mapping[str, str]
    source: str = ""

    def grade(self, text: str) -> str | None:
        """Our grade; UNKNOWN where the scale leaves it open; None where the scale has no such word."""
        return self.grades.get(plain(text))


def plain(text: str) -> str:
    """`Negligible to slight damage`, `minor-damage`, `3.0` as keys."""
    words = " ".join(re.findall(r"\w+", re.sub(r"\.0+$", "", text.strip()).casefold().replace("_", " ")))
    return re.sub(r"^(grade|class|dg|d) ?(?=\d)", "", words)


SCALES: dict[str, Scale] = {
    scale.name: scale
    for scale in (
        Scale("own", "Five grades of this campaign", {grade: grade for grade in GRADES} | {"unknown": UNKNOWN}),
        Scale(
            "ems98",
            "EMS-98, grades 0 to 5",
            {"0": "undamaged", "1": "slight", "2": "moderate", "3": "severe", "4": "severe", "5": "destroyed"},
            "European Macroseismic Scale 1998",
        ),
        Scale(
            "copernicus",
            "Copernicus EMS grading",
            {
                "not affected": "undamaged", "negligible to slight damage": "slight", "moderately damaged": "moderate",
                "highly damaged": "severe", "completely destroyed": "destroyed", "destroyed": "destroyed", "no visible damage": "undamaged",
                "damaged": UNKNOWN, "possibly damaged": UNKNOWN, "not analysed": UNKNOWN, "not applicable": UNKNOWN, "unknown": UNKNOWN,
            },
            "Copernicus EMS rapid mapping, five classes until 2017, four since: “damaged” spans several of ours and stays open",
        ),
        Scale(
            "unosat",
            "UNOSAT damage classes (numbers)",
            {"1": "destroyed", "2": "severe", "3": "moderate", "6": "undamaged"} | dict.fromkeys(("4", "5", "7", "8", "9", "10", "11"), UNKNOWN),
            "UNOSAT comprehensive damage assessments; sources disagree on 4 and above, so these stay open",
        ),
        Scale(
            "xbd",
            "xBD, four classes",
            {"no damage": "undamaged", "minor damage": "slight", "major damage": "severe", "destroyed": "destroyed", "un classified": UNKNOWN},
            "xBD: joint damage scale",
        ),
    )
}  # fmt: skip


def scale_for(texts: Iterable[str]) -> Scale | None:
    """The one scale that has every one of these grades; None where there is none, or where several fit: then a person must say."""
    told = {text for text in texts if text.strip()}
    fitting = [scale for scale in SCALES.values() if told and all(scale.grade(text) is not None for text in told)]
    return fitting[0] if len(fitting) == 1 else None
