"""Expected refusals of a change of rules or calendar."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason

NO_RULES = Reason(
    "no_rules",
    N_("The rulebook has no value “{key}” for {day}."),
    N_("Run “haochaping migrate”, or add the value to the profile."),
)
NO_POWER = Reason(
    "rulebook_not_yours",
    N_("You may not change rules or calendar of this division."),
    N_("Ask a system administrator who is responsible for it."),
)
UNKNOWN_PROFILE = Reason(
    "unknown_profile",
    N_("There is no profile of rules “{value}”."),
    N_("Use one of: {choices}."),
)
HISTORICAL_ONLY = Reason(
    "historical_only",
    N_("The profile “{value}” is kept to read old records; no division can follow it."),
    N_("Choose another profile."),
)
BAD_PROFILE_CODE = Reason(
    "bad_profile_code",
    N_("“{value}” cannot be the code of a profile made here."),
    N_("Write “own-” and up to 36 small letters, digits and hyphens, as in own-qingtai."),
)
PROFILE_TAKEN = Reason(
    "profile_taken",
    N_("The profile “{value}” is there already."),
    N_("Choose another code; a division has one profile of its own: add values to it instead."),
)
SILENCE_IS_NO_REVIEW = Reason(
    "silence_is_no_review",
    N_("No rule makes a review of silence."),
    N_("Leave the value at “none”; default reviews of earlier years are imported as what they were."),
)
IN_THE_PAST = Reason(
    "in_the_past",
    N_("{day} is past: what held then stays as it was."),
    N_("Choose {today} or a later day."),
)
DAY_HAS_BEGUN = Reason(
    "day_has_begun",
    N_("{day} has begun: what its rules decided stays as it was."),
    N_("Choose {first} or a later day."),
)
ENDS_BEFORE_IT_BEGINS = Reason(
    "ends_before_it_begins",
    N_("The last day {last} lies before the first day {first}."),
    N_("Correct one of the two."),
)
UNKNOWN_RULE = Reason(
    "unknown_rule",
    N_("There is no rule “{value}”."),
    N_("Use a key of the reference of rules."),
)
BAD_VALUE = Reason(
    "bad_rule_value",
    N_("“{value}” is not a value in {unit} for the rule “{key}”."),
    N_("Use one of the units {units}, and one of the choices where there are any: {choices}."),
)
NOTHING_TO_WITHDRAW = Reason(
    "nothing_to_withdraw",
    N_("This division has said nothing of {day}."),
    N_("Choose a day that the division itself has declared."),
)
NO_SAMPLE_HERE = Reason(
    "no_sample_here",
    N_("A sample calendar is for made-up divisions only."),
    N_("Put the State Council’s notice in with “haochaping rulebook import-calendar”."),
)
NO_SUCH_CHANGE = Reason(
    "no_such_change",
    N_("Nothing like this waits for you: it was confirmed, refused or taken back."),
    N_("See how it stands now."),
)
NOTHING_TO_CONFIRM = Reason(
    "nothing_to_confirm",
    N_("Every value of this profile is confirmed already."),
    N_("Nothing needs to be done."),
)
VALUES_ADDED = Reason(
    "values_added",
    N_("A value was added while you looked."),
    N_("Look at the profile again, then confirm it."),
)
BAD_DAY = Reason(
    "bad_day",
    N_("“{value}” is not a day."),
    N_("Write it as year, month and day: 2027-01-31."),
)
OUTSIDE_YEAR = Reason(
    "outside_year",
    N_("{day} does not belong to the notice for {year}."),
    N_("A notice speaks of its year and of the December before."),
)
DAY_TWICE = Reason(
    "day_twice",
    N_("{day} stands in this file more than once."),
    N_("Keep one of the rows."),
)
WORKED_ANYWAY = Reason(
    "worked_anyway",
    N_("{day} is no Saturday or Sunday, so it is worked without being named."),
    N_("Check the day; only weekends become working days by notice."),
)
LONG_HOLIDAY = Reason(
    "long_holiday",
    N_("{first} to {last} are {days} days."),
    N_("Check the last day: no holiday is longer than {limit} days."),
)
HOLIDAY_MISSING = Reason(
    "holiday_missing",
    N_("The notice for {year} has no row for {names}."),
    N_("Use the whole notice; the name of each holiday stands in the column “name”."),
)
