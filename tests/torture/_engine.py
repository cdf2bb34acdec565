"""One engine's share of `./awna torture books`: sets up the database and prints a line of JSON for each test."""

import json
import sys
import time
import traceback


def main(words: list[str]) -> int:
    engine, only, seed = words[0], words[1], int(words[2])
    import django

    django.setup()
    from . import _place
    from ._cases import Torture, cases

    if engine != "none":
        _place.prepare()
    wanted = only.split(",") if only != "-" else []
    first, last = (int(number) for number in words[3].split("-"))
    how = Torture(engine=engine, short="--short" in words, plant="--plant" in words, seed=seed, histories=range(first, last + 1),
                  until=time.monotonic() + 60 * float(words[4]))  # fmt: skip
    for case in cases():
        if engine in case.engines and (not wanted or any(one == str(case.number) or one in case.name for one in wanted)):
            started = time.monotonic()
            result = _run(case, how)
            holds = bool(result["missing"]) or bool(result["faults"]) == how.plant
            line = {"number": case.number, "name": case.name, "engine": engine, "result": result, "holds": holds,
                    "seconds": round(time.monotonic() - started, 1)}  # fmt: skip
            print(json.dumps(line), flush=True)
    return 0


def _run(case, how):
    """A test that breaks is a fault that no plant explains."""
    try:
        return case.run(how).as_value()
    except Exception:
        last = traceback.format_exc()
        sys.stderr.write(last)
        said = last.strip().splitlines()[-1][:200]
        return {"what": "run", "count": 1, "faults": [] if how.plant else [said], "missing": "", "note": said if how.plant else ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
