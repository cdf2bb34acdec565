"""Five ways to build a wall with round factors: four that no other beats, and brick, which block beats in everything."""

HEAD = "item,name,kind,unit,measure,low,likely,high,value_unit,source,year,region,example"
MATERIALS = {
    "cement": ("bag", 10, 40, "0.05", "0.05"), "panel": ("m2", 30, 12, "0.04", "0.04"), "earth": ("m2", 2, 1, "0.2", 0),
    "mesh": ("m2", 14, 15, "0.005", "0.005"), "brick": ("m2", 25, 40, "0.2", "0.2"),
}  # fmt: skip
WAYS = {
    "block": (6, {"cement": "0.5", "mason": 1}), "earth": (10, {"earth": 1, "cement": "0.2", "mason": 2}), "mesh": (8, {"mesh": 1, "mason": "1.5"}),
    "frame": (3, {"panel": 1, "mason": "0.5"}), "brick": (9, {"brick": 1, "cement": "0.5", "mason": "1.5"}),
}  # fmt: skip


def factors() -> str:
    rows = [HEAD]
    for code, (unit, cost, carbon, mass, imported) in MATERIALS.items():
        said = {
            "cost": cost,
            "carbon_a1_a3": carbon,
            "carbon_a5": 0,
            "mass": mass,
            "imported": imported,
            "water": 0,
            "rubble": 1 if code == "earth" else 0,
        }
        rows += [
            f"{code},{code.title()},material,{unit},{name},,{value},,{'EUR' if name == 'cost' else ''},Quotes,2026,,"
            for name, value in said.items()
        ]
    rows += [
        f"mason,Mason,labour,h,{name},,{value},,{'EUR' if name == 'cost' else ''},Wages,2026,,"
        for name, value in (("cost", 5), ("local_labour", 1), ("all_labour", 1))
    ]
    return "\n".join(rows) + "\n"


def methods() -> str:
    rows = [
        "kind,element,method,name,low,likely,high,unit,item,km_low,km,km_high,transport,skills,machines,tasks,source",
        "element,walls,block,Walls of the ward,,80,,m2,,,,,,,,north;south,",
    ]
    for code, (days, lines) in WAYS.items():
        rows.append(f"method,walls,{code},{code.title()} wall,,{days},,,,,,,,mason:1,,,Nour")
        for item, amount in lines.items():
            unit = MATERIALS[item][0] if item in MATERIALS else "h"
            rows.append(f"line,walls,{code},,,{amount},,{unit},{item},,{0 if item in MATERIALS else ''},,,,,,")
    return "\n".join(rows) + "\n"
