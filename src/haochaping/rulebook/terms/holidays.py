"""What is known of days without a calendar, and whose days may be made up."""

from __future__ import annotations

NOTICE_COLUMNS = ("from", "to", "working", "name")
"""Columns of a State Council notice as CSV: first and last day, yes or no, name of the holiday."""
HOLIDAYS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
"""The holidays of every year (《全国年节及纪念日放假办法》); a notice that lacks one is half a notice."""
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the holidays that are on the same date every year, by the same 办法 (2024)."""
SAMPLE_DIVISIONS = "99"
"""What codes of divisions begin with that no place has: demos, examples and tests live there."""
