"""The commissioning list for health facilities, in our own words: what must work before the first patient comes.

It names what to look at, not the limits of a country. The health authority of the place confirms it: see REVIEWED.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

EDITION = "2026-11"
REVIEWED = ""
"""Who of the trade has confirmed this edition; empty = nobody yet, and every page and pack says so."""


@dataclass(frozen=True)
class Item:
    """One thing that an inspector says yes or no to."""

    code: str
    text: Any


@dataclass(frozen=True)
class Group:
    """What belongs together on the list."""

    code: str
    title: Any
    items: Sequence[Item]


GROUPS = (
    Group("structure", _("Building and permits"), (
        Item("structure-sign-off", _("An engineer of record has signed that the building is safe to use.")),
        Item("structure-permit", _("The permit to use the building and the licence of the health authority are here.")),
        Item("structure-roof", _("Roof, windows and drains stay dry in a test with water.")),
    )),
    Group("water", _("Water"), (
        Item("water-quality", _("Water at the farthest tap was tested by a laboratory and is fit to drink.")),
        Item("water-pressure", _("All taps, showers and basins run at the same time for ten minutes.")),
        Item("water-reserve", _("The tank holds the water of at least two days, is closed and can be cleaned.")),
        Item("water-hot", _("Hot water comes where hands and instruments are washed, and does not scald.")),
    )),
    Group("power", _("Power and its reserve"), (
        Item("power-earth", _("Earthing and protective switches were measured in every room; the sheet is here.")),
        Item("power-reserve", _("When the mains are switched off, light and medical sockets come back by themselves.")),
        Item("power-hours", _("The reserve carried the wards for its promised hours in a test under load.")),
        Item("power-fuel", _("Fuel or batteries for the reserve are stored safely, and somebody is named who keeps them.")),
        Item("power-marked", _("Medical sockets and distribution boards are marked in the language of the place.")),
    )),
    Group("oxygen", _("Oxygen and medical gas"), (
        Item("oxygen-purity", _("Oxygen was measured at the farthest outlet and is pure enough for patients.")),
        Item("oxygen-cross", _("Each outlet was tried with its own gas alone: none is crossed.")),
        Item("oxygen-pressure", _("Pressure holds for a day without loss, and the alarm sounds when it falls.")),
        Item("oxygen-reserve", _("Full reserve bottles stand fastened, away from heat, with the change shown to the staff.")),
    )),
    Group("cold", _("Cold chain and medicines"), (
        Item("cold-range", _("Every refrigerator kept its range for three days, with the record of a logger.")),
        Item("cold-alarm", _("A warning reaches somebody at night when the range is left or the power fails.")),
        Item("cold-store", _("The medicine store can be locked, is dry and has its temperature written down.")),
    )),
    Group("waste", _("Waste water and waste"), (
        Item("waste-drain", _("Waste water runs off, smells nowhere and reaches no well.")),
        Item("waste-sharps", _("Sharp and infectious waste has its own boxes, store and way out.")),
        Item("waste-end", _("Where infectious waste ends is agreed with somebody who may treat it.")),
    )),
    Group("infection", _("Infection control"), (
        Item("infection-basins", _("Each place of care has a basin, soap and a way to dry hands within reach.")),
        Item("infection-surfaces", _("Floors, walls and tables of treatment rooms can be washed and have no open joints.")),
        Item("infection-sterile", _("The steriliser passed its test with an indicator, and clean and used ways do not cross.")),
        Item("infection-air", _("Air moves from clean rooms to others; an isolation room has its own air.")),
    )),
    Group("fire", _("Fire and escape"), (
        Item("fire-ways", _("Two ways out are free, lit without power and wide enough for a bed.")),
        Item("fire-alarm", _("The alarm is heard and seen in every room, also by people who do not hear.")),
        Item("fire-means", _("Extinguishers fit what can burn beside them and carry the date of their check.")),
        Item("fire-drill", _("The staff walked an escape with somebody playing a patient in a bed.")),
    )),
    Group("access", _("Access for everybody"), (
        Item("access-step-free", _("A wheelchair comes without a step from the street to every public room.")),
        Item("access-toilet", _("A toilet can be used from a wheelchair, with grips and an alarm cord.")),
        Item("access-separate", _("Toilets and waiting are separate for women and men, safe and lit at night.")),
        Item("access-signs", _("Signs are in the language of the place, with pictures and in relief at hand height.")),
        Item("access-mothers", _("There is a quiet room to nurse a child.")),
    )),
    Group("medical", _("Medical equipment"), (
        Item("medical-accepted", _("Each device was accepted with its test, and its calibration date is written on it.")),
        Item("medical-shielding", _("Rooms with radiation were measured outside while the device ran.")),
        Item("medical-spares", _("Spare parts and consumables for a year are here, and a service that comes.")),
    )),
    Group("running", _("People and running costs"), (
        Item("running-staff", _("The posts that the opening needs are filled, with their licences seen.")),
        Item("running-money", _("Somebody has committed the running costs of the first year: wages, fuel, water, repairs.")),
        Item("running-trained", _("Those who run the plant were shown it, in their language, and signed for it.")),
    )),
)  # fmt: skip
CODES = {item.code: item for group in GROUPS for item in group.items}
