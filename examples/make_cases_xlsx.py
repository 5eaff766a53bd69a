"""Makes `cases.xlsx`: times are real times of the spreadsheet, long codes are text. Run it where xlsxwriter is installed."""  # noqa: INP001 - a script beside its files, no package

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter

HEADING = (
    "source", "case_no", "item", "agency", "division", "status", "kind", "applied_at", "completed_at",
    "promised_limit", "trips", "applicant.name", "applicant.phone", "occurrences.no", "occurrences.name",
    "occurrences.stage", "occurrences.at", "occurrences.channel", "occurrences.hall", "occurrences.window",
)  # fmt: skip
AGENCY, DIVISION = "990102000000_02", "990102000000"
ITEM = "9901020000000202000000000000000"


def main() -> None:
    """Write two cases beside this file."""
    book = xlsxwriter.Workbook(
        Path(__file__).with_name("cases.xlsx"), {"default_date_format": "yyyy-mm-dd hh:mm:ss"}
    )
    # A fixed date of making, so that the file is the same each time.
    book.set_properties({"created": datetime(2026, 6, 1)})  # noqa: DTZ001 - a spreadsheet knows no time zones
    sheet = book.add_worksheet("cases")
    sheet.write_row(0, 0, HEADING)
    for row, number in enumerate((11, 12), start=1):
        began = datetime(2026, 6, 4, 9, 10 + number)  # noqa: DTZ001 - as above
        ended = datetime(2026, 6, 4, 15, number)  # noqa: DTZ001 - as above
        cells = (
            "yc-hall", f"YC-EX-{number:04}", ITEM, AGENCY, DIVISION, "completed", "committed", began, ended,
            "5 working_day", 1, "韩思齐", f"199000010{number}", 1, "领取结果",
            "delivery", ended, "window", "YC-H2", "W3",
        )  # fmt: skip
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell)
            else:
                sheet.write(row, column, cell)
    book.close()


if __name__ == "__main__":
    main()
