"""What a request of staff may do with every table: at all, and with which of its rows.

Staff requests run as the database role `haochaping_staff` (doors/reach.py). For that role this page is the whole law:
what is not named here it cannot touch, and a test fails until a new table is named. `haochaping migrate` makes grants
and row-level security of it. The application's own role, for intake, jobs and citizens' pages, is not under it, but
takes nothing away of what is `KEPT`.
"""

from __future__ import annotations

from dataclasses import dataclass

from haochaping.ledger.terms import EntryKind
from haochaping.notices.terms import Channel, NoticeKind
from haochaping.postgres.terms import STAFF_ROLE
from haochaping.voices.terms import VoiceKind

EVERYWHERE = "haochaping.everywhere"
DIVISION_FROM, DIVISION_TO = "haochaping.division_from", "haochaping.division_to"
AGENCY_FROM, AGENCY_TO = "haochaping.agency_from", "haochaping.agency_to"


# The staff members of the directory that the asker is or was, as an array; what is about them is not there for them.
STAFF = "haochaping.staff"


# All that says where a request reaches. Not set, or empty, they reach nothing: no path is less than "".
SETTINGS = (EVERYWHERE, DIVISION_FROM, DIVISION_TO, AGENCY_FROM, AGENCY_TO, STAFF)

# What people said, what was done about it and who decided: no role of the program takes a row away here. (The ledger's
# own tables are append-only, see ledger.)
KEPT = (
    "cases_case",
    "cases_service_occurrence",
    "reviews_review",
    "reviews_supplement",
    "reviews_review_change",
    "reviews_exclusion",
    "reviews_paper_slip",
    "reviews_asking_call",
    "reviews_asking_attempt",
    "rectification_work_order",
    "rectification_order_event",
    "rectification_clock_event",
    "rectification_callback",
    "rectification_evidence",
    "rectification_solution_answer",
    "rectification_appeal",
    "rectification_appeal_decision",
    "rectification_appeal_event",
    "supervision_order",
    "supervision_event",
    "supervision_proposal",
    "supervision_urging",
    "supervision_reprisal_report",
    "supervision_reprisal_event",
    "voices_voice",
    "voices_event",
    "publicity_release",
    "publicity_published_table",
    "publicity_published_cell",
    "publicity_circular",
    "publicity_circular_text",
    "publicity_circular_step",
    "notices_thread",
    "notices_message",
    "exchange_quarantined_record",
    "identity_opening_request",
    "directory_change",
)

_SUBTREE = """{column} IN (
    SELECT place.id FROM {tree} AS place
     WHERE place.path COLLATE "C" >= current_setting('{low}', true) COLLATE "C"
       AND place.path COLLATE "C" < current_setting('{high}', true) COLLATE "C")"""
# Sub-selects that depend on no row: the server works each out once for a statement, a tree as a hash table.
# What is about agencies and not for them, as whom a sample holds: only whoever reaches by division.
OF_DIVISION = "\n OR ".join(
    [
        f"(SELECT current_setting('{EVERYWHERE}', true) = 'yes')",
        _SUBTREE.format(column="division_id", tree="directory_division", low=DIVISION_FROM, high=DIVISION_TO),
    ]
)
OF_PLACE = "\n OR ".join(
    [
        OF_DIVISION,
        _SUBTREE.format(column="agency_id", tree="directory_agency", low=AGENCY_FROM, high=AGENCY_TO),
    ]
)


def _with(table: str, column: str) -> str:
    """Rows are seen with the row they belong to: the sub-select is itself under that table's policy."""
    return f"EXISTS (SELECT FROM {table} AS whole WHERE whole.id = {column})"


# Another agency may be asked to help with an order, or be sent one: it sees the order, its review and the service.
_HELPING = "id IN (SELECT helper.order_id FROM rectification_co_handler AS helper WHERE {reached})"
_HELPS = _HELPING.format(
    reached=_SUBTREE.format(
        column="helper.agency_id", tree="directory_agency", low=AGENCY_FROM, high=AGENCY_TO
    )
)
_HANDLED = "EXISTS (SELECT FROM rectification_work_order AS work WHERE work.review_id = reviews_review.id)"


# Worked out once for a statement too; most who ask stand in no review, and then no row is looked at.
_ME = f"coalesce(nullif(current_setting('{STAFF}', true), ''), '{{}}')::bigint[]"


_NOBODY = f"(SELECT {_ME} = '{{}}')"


NOT_ABOUT_ME = f"({_NOBODY} OR staff_id IS NULL OR staff_id <> ALL ((SELECT {_ME})::bigint[]))"


def _but_mine(column: str = "work_order_id") -> str:
    """What belongs to no order or voice, or to one that is not about the asker: asked as the owner, who sees it too."""
    return f"({_NOBODY} OR {column} IS NULL OR NOT haochaping_is_about_me({column}))"


_VOICE_OF_SIGNAL = "CASE WHEN subject LIKE 'voice:%' THEN substr(subject, 7)::uuid END"


_FROM = "\n OR ".join(
    [
        _SUBTREE.format(
            column="from_division_id", tree="directory_division", low=DIVISION_FROM, high=DIVISION_TO
        ),
        _SUBTREE.format(column="from_agency_id", tree="directory_agency", low=AGENCY_FROM, high=AGENCY_TO),
    ]
)
_REFORMED = f"({OF_PLACE}\n OR {_FROM})\n AND {NOT_ABOUT_ME}"


# A session plans what such a function asks once; written in plain SQL, each statement that calls it would again.
_PLANNED_ONCE = (
    "LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan"
)


# Policies that asked each other would never end: whether a case is behind such an order a function answers as the owner.
_FUNCTION = """
CREATE OR REPLACE FUNCTION haochaping_handles_case(wanted uuid) RETURNS boolean
{planned_once} SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM cases_service_occurrence AS service JOIN reviews_review AS review ON review.occurrence_id = service.id
         WHERE service.case_id = wanted
           AND EXISTS (SELECT FROM rectification_work_order WHERE review_id = review.id AND ({reached})));
END
$$
"""


_ABOUT = """
CREATE OR REPLACE FUNCTION haochaping_is_about_me(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM rectification_work_order WHERE id = wanted AND staff_id = ANY ({me}))
        OR EXISTS (SELECT FROM voices_voice WHERE id = wanted AND staff_id = ANY ({me}))
$$
"""


# Text messages hold links and the ledger is the auditor's: of an order one may see, what became of the messages about it
# and how often its page was opened are told without either.
_ORDER_TOLD = """
CREATE OR REPLACE FUNCTION haochaping_order_told(wanted uuid)
RETURNS TABLE (what text, word text, state text, at timestamptz, times bigint, people bigint)
{planned_once} SECURITY DEFINER AS $$
BEGIN
    RETURN QUERY
    WITH seen AS (SELECT id, review_id FROM rectification_work_order WHERE id = wanted AND ({reached}) AND {not_about_me})
    SELECT 'notice', d.template::text, d.state::text, d.at, NULL::bigint, NULL::bigint
      FROM seen JOIN notices_delivery AS d ON d.about = seen.review_id AND d.channel = '{sms}'
    UNION ALL
    SELECT 'looks', '', '', max(e.recorded_at), count(*), count(DISTINCT e.actor)
      FROM seen JOIN ledger_entry AS e ON e.subject_id = seen.id::text AND e.kind = {read} AND e.subject_kind = 'order'
    HAVING count(*) > 0;
END
$$
"""


# An order that another one is answered with is merged with none, and that one may lie out of the asker's reach.
_ANSWERS = """
CREATE OR REPLACE FUNCTION haochaping_answers_for_others(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM rectification_work_order WHERE merged_into_id = wanted)
$$
"""


# Orders of one person are merged: of two reviews it is told whether one person is behind them, by certificate where both have
# one, else by phone; who that is nobody learns, the index itself is shut. Staff are told of two reviews whose orders they
# reach, and of no other person: asked again and again, a yes or no would tell who is who.
_SAME_PERSON = """
CREATE OR REPLACE FUNCTION haochaping_same_person(one uuid, other uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH asked AS (
        SELECT review.id, coalesce(review.person_id, whole.person_id) AS person
          FROM reviews_review AS review
          LEFT JOIN cases_service_occurrence AS service ON service.id = review.occurrence_id
          LEFT JOIN cases_case AS whole ON whole.id = service.case_id
         WHERE review.id IN (one, other)
           AND (current_setting('role', true) IS DISTINCT FROM '{staff}'
                OR EXISTS (SELECT FROM rectification_work_order
                            WHERE review_id = review.id AND ({reached}) AND {not_about_me}))
    )
    SELECT coalesce((
        SELECT mine.value = theirs.value
          FROM asked AS first
          JOIN asked AS second ON second.id = other
          JOIN identity_blind_index AS mine ON mine.person_id = first.person
          JOIN identity_blind_index AS theirs ON theirs.person_id = second.person AND theirs.purpose = mine.purpose
         WHERE first.id = one AND mine.purpose IN ('certificate', 'phone')
         ORDER BY mine.purpose = 'phone' LIMIT 1), false)
$$
"""


# What a hotline says of orders is for whoever reaches its division; of an order one may see, that it gave more time, and why,
# is told to its agency too, last first.
_MORE_TIME = """
CREATE OR REPLACE FUNCTION haochaping_more_time(wanted uuid) RETURNS TABLE (at timestamptz, facts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT heard.received_at, heard.facts
      FROM hotline_linked_order AS linked
      JOIN hotline_incoming AS heard ON heard.linked_id = linked.id
     WHERE linked.id = wanted AND heard.kind = 'extended' AND heard.state = 'applied'
       AND (current_setting('role', true) IS DISTINCT FROM '{staff}'
            OR EXISTS (SELECT FROM rectification_work_order AS work
                        WHERE work.id = linked.order_id AND ({reached}) AND {not_about_me}))
     ORDER BY heard.seq DESC
     LIMIT 1
$$
"""


# A picture belongs to one of four things, and so the server planned the conditions of all four, and of what those depend on,
# for every page that shows one: most of that page's time. Asked so they are the same, of whoever asks, and planned once in a
# session. For rows of which few are read at a time only: a list of many is faster with the condition itself.
_SEES = """
CREATE OR REPLACE FUNCTION haochaping_sees_{table}(wanted uuid) RETURNS boolean
{planned_once} AS $$
BEGIN
    RETURN EXISTS (SELECT FROM {table} WHERE id = wanted);
END
$$
"""
_SEEN_BY_ONE = (
    "reviews_review",
    "rectification_appeal",
    "voices_voice",
    "rectification_evidence",
    "notices_thread",
    "hotline_linked_order",
    "rectification_work_order",
    "supervision_order",
)


def _with_one(table: str, column: str) -> str:
    """As `_with`, where few rows are read at a time; the table is one of `_SEEN_BY_ONE`."""
    return f"haochaping_sees_{table}({column})"


_REACHED = f"{OF_PLACE} OR {_HELPS}"
FUNCTION = ";".join(
    [
        *(_SEES.format(table=table, planned_once=_PLANNED_ONCE) for table in _SEEN_BY_ONE),
        _FUNCTION.format(reached=_REACHED, planned_once=_PLANNED_ONCE),
        _ABOUT.format(me=_ME),
        _ANSWERS,
        _SAME_PERSON.format(staff=STAFF_ROLE, reached=_REACHED, not_about_me=NOT_ABOUT_ME),
        _MORE_TIME.format(staff=STAFF_ROLE, reached=_REACHED, not_about_me=NOT_ABOUT_ME),
        _ORDER_TOLD.format(
            planned_once=_PLANNED_ONCE,
            reached=_REACHED,
            not_about_me=NOT_ABOUT_ME,
            sms=Channel.SMS,
            read=int(EntryKind.PERSONAL_DATA_READ),
        ),
    ]
)


def _with_subject(**tables: str) -> str:
    """The same, for rows that say in words what they belong to: its kind, and where things of that kind lie."""
    cases = [
        f"WHEN subject_kind = '{kind}' THEN {_with_one(table, 'subject_id::uuid')}"
        for kind, table in tables.items()
    ]
    return f"CASE {' '.join(cases)} ELSE false END"


# What agency and reviewer write each other is theirs and their offices': who only helps writes to no reviewer, and need
# not know what is said there (trust.md 3.3: the agency talks through the ticket's thread).
_TALKED = (
    "CASE WHEN subject_kind = 'order' THEN EXISTS (SELECT FROM rectification_work_order AS whole"
    f" WHERE whole.id = subject_id::uuid AND ({OF_PLACE})) ELSE false END"
)


@dataclass(frozen=True, slots=True)
class Held:
    """One table: `rights` of the role, and the condition on `rows` where it is not all of them.

    `why` is said of every table with a place in it that has no condition, and of every table that is shut.
    """

    rights: str = ""
    rows: str = ""
    why: str = ""
    adds_any: bool = False
    """Whether rows may be put in that are not seen afterwards."""

    @property
    def policy(self) -> str:
        """The policy's conditions as PostgreSQL reads them; empty where there is none."""
        if not self.rows:
            return ""
        return f"USING ({self.rows}){' WITH CHECK (true)' if self.adds_any else ''}"


_READ, _ADD, _WRITE = "SELECT", "INSERT", "SELECT, INSERT"
_WORK, _ALL = f"{_WRITE}, UPDATE", f"{_WRITE}, UPDATE, DELETE"
_DIRECTORY = Held(_WORK, why="the directory is public, and what decides where somebody reaches")
_FIGURES = "counts without persons or texts, of which the published figures are made"
_WHO = (
    "who somebody is and where they reach is asked before there is a reach; pages of accounts ask the remit"
)
_ACCOUNTS = Held(_ALL, why=_WHO)
_SEALED = Held(why="persons are sealed: no page at a desk opens an envelope or looks one up")
_INTAKE = Held(why="intake's own; the pages about it are for the whole house and run as the application")
_LEDGER = (
    "written with every deed; read by the auditor of the whole house, whose page runs as the application, and beside "
    "what administrators did, where the reach is set aside (console/who.py)"
)
_UNUSED = Held(why="nothing of ours uses it")
_RULES = Held(_WORK)

TABLES: dict[str, Held] = {
    # What belongs to a place.
    "cases_case": Held(_READ, f"{OF_PLACE}\n OR haochaping_handles_case(id)"),
    "cases_service_occurrence": Held(_READ, _with("cases_case", "case_id")),
    # Whether it counts is decided about at a desk; nothing else of a review is.
    "reviews_review": Held(f"{_READ}, UPDATE (status)", f"({OF_PLACE}\n OR {_HANDLED})\n AND {NOT_ABOUT_ME}"),
    "reviews_supplement": Held(_READ, _with_one("reviews_review", "review_id")),
    "reviews_review_change": Held(_WRITE, _with("reviews_review", "review_id")),
    "reviews_exclusion": Held(_WORK, _with("reviews_review", "review_id")),
    # Typed by two persons of the place, never by whom it rates; the review is made of it by the worker.
    "reviews_paper_slip": Held(_WORK, f"({OF_PLACE})\n AND {NOT_ABOUT_ME}"),
    "reviews_paper_entry": Held(_WORK, _with("reviews_paper_slip", "slip_id")),
    # Called from the hotline or the office, never from an agency; the review is made of what they said by the worker.
    "reviews_asking_call": Held(f"{_READ}, UPDATE", f"({OF_DIVISION})\n AND {NOT_ABOUT_ME}"),
    "reviews_asking_attempt": Held(_WRITE, _with("reviews_asking_call", "asking_id")),
    "reviews_invitation": Held(_READ, _with("cases_service_occurrence", "occurrence_id")),
    "rectification_work_order": Held(_WORK, f"({OF_PLACE}\n OR {_HELPS})\n AND {NOT_ABOUT_ME}"),
    "rectification_callback": Held(_WRITE, _with_one("rectification_work_order", "order_id")),
    "rectification_solution_answer": Held(_READ, _with_one("rectification_work_order", "order_id")),
    "rectification_told_alarm": Held(why="what the worker has told of deadlines"),
    "rectification_clock_event": Held(_WRITE, _with_one("rectification_work_order", "order_id")),
    "rectification_extension": Held(_WORK, _with_one("rectification_work_order", "order_id")),
    "rectification_co_handler": Held(
        _WORK, why="which agency helps with which order, and its part: it decides who sees the order"
    ),
    "rectification_fault": Held(_WRITE, _with("rectification_work_order", "order_id")),
    # Seen where it comes from and by whom it is for, who need not see the order.
    "rectification_reform": Held(_WORK, _REFORMED),
    "rectification_reform_event": Held(_WRITE, _with("rectification_reform", "reform_id")),
    "rectification_milestone": Held(_WORK, _with_one("rectification_work_order", "order_id")),
    "rectification_dispatch_rule": Held(_WRITE, why="who gets which orders is public"),
    "rectification_order_event": Held(_WRITE, _with("rectification_work_order", "order_id")),
    "rectification_order_look": Held("SELECT", _with("rectification_work_order", "order_id")),
    "rectification_saved_filter": Held(_ALL, why="how one looks at one's list, asked by one's own account"),
    "rectification_list_export": Held(_WRITE, why="who took which list away, and under which number"),
    "rectification_taken_step": Held(_WRITE, _with_one("rectification_work_order", "order_id")),
    "rectification_evidence": Held(
        f"{_WRITE}, UPDATE (removed_by, removed_at)", _with_one("rectification_work_order", "order_id")
    ),
    "rectification_appeal": Held(_WORK, f"({OF_PLACE})\n AND {_but_mine('order_id')}"),
    "rectification_appeal_decision": Held(_WORK, _with("rectification_appeal", "appeal_id")),
    "rectification_appeal_event": Held(_WRITE, _with("rectification_appeal", "appeal_id")),
    "notices_thread": Held(_WRITE, _TALKED),
    "notices_message": Held(_WORK, _with_one("notices_thread", "thread_id")),
    "files_photo": Held(
        _WRITE,
        _with_subject(
            review="reviews_review",
            appeal="rectification_appeal",
            voice="voices_voice",
            evidence="rectification_evidence",
        ),
    ),
    "files_document": Held(_WRITE, _with_subject(appeal="rectification_appeal")),
    "publicity_undecided": Held(_READ, f"({OF_DIVISION})\n AND {NOT_ABOUT_ME}"),
    "publicity_waiting_texts": Held(_READ, why="how much waits for publishers where is public"),
    "publicity_decision_count": Held(_READ, why="how much is kept back where, and why, is public"),
    # What was decided changes no more, for no role (publicity 0002); what is proposed is decided by an update.
    "publicity_release": Held(_WORK, _with("reviews_review", "review_id")),
    # What was signed changes no more, for no role (publicity 0006).
    "publicity_circular": Held(_WORK, OF_PLACE),
    "publicity_circular_text": Held(_WRITE, _with("publicity_circular", "circular_id")),
    "publicity_circular_step": Held(_WRITE, _with("publicity_circular", "circular_id")),
    # Whoever handles an order may cause a signal about it; only supervisors see it.
    "supervision_signal": Held(
        _WORK,
        f"({OF_DIVISION})\n AND {NOT_ABOUT_ME}\n AND {_but_mine()}\n AND {_but_mine(_VOICE_OF_SIGNAL)}",
        adds_any=True,
    ),
    "supervision_order": Held(_WORK, f"({OF_PLACE})\n AND {_but_mine()}\n AND {_but_mine('voice_id')}"),
    "supervision_event": Held(_WRITE, _with_one("supervision_order", "supervision_id")),
    # About a supervision order, or about a person: never for that person.
    "supervision_proposal": Held(
        _WORK,
        f"({OF_DIVISION})\n AND {NOT_ABOUT_ME}\n AND {_but_mine()}"
        f"\n AND (supervision_id IS NULL OR {_with('supervision_order', 'supervision_id')})",
    ),
    "supervision_urging": Held(_WORK, f"({OF_PLACE})\n AND {_but_mine()}"),
    "supervision_sampled_review": Held(
        f"{_READ}, UPDATE", f"({OF_DIVISION})\n AND {_with('reviews_review', 'review_id')}"
    ),
    # What reviewers suffered is for the office above, and never for the agency; they report it themselves.
    "supervision_reprisal_report": Held(
        f"{_READ}, UPDATE", f"({OF_DIVISION})\n AND {_with('reviews_review', 'review_id')}"
    ),
    "supervision_reprisal_event": Held(_WRITE, _with("supervision_reprisal_report", "report_id")),
    "supervision_sample_call": Held(_WRITE, _with("supervision_sampled_review", "sample_id")),
    # Numbers of cases and levels, for whoever watches over the source.
    "exchange_reconciliation": Held(f"{_READ}, UPDATE", OF_DIVISION),
    "exchange_differing_record": Held(_READ, _with("exchange_reconciliation", "reconciliation_id")),
    "rectification_project": Held(_WORK, OF_PLACE),
    "rectification_project_task": Held(_WORK, _with("rectification_project", "project_id")),
    "rectification_project_order": Held(_WRITE, _with_one("rectification_work_order", "order_id")),
    # What is said about a handling is for the office above, never for an agency, nor for whom the review names.
    "voices_voice": Held(
        _WORK,
        f"{NOT_ABOUT_ME}\n AND CASE WHEN kind = '{VoiceKind.OWN_DATA}' THEN {OF_DIVISION}\n"
        f" WHEN kind = '{VoiceKind.HANDLING}' THEN ({OF_DIVISION})\n"
        f" AND {_with_one('reviews_review', 'review_id')} ELSE {OF_PLACE} END",
    ),
    "voices_event": Held(_WRITE, _with_one("voices_voice", "voice_id")),
    "voices_clock_event": Held(_WRITE, _with_one("voices_voice", "voice_id")),
    # Where a hotline answers is for whoever reaches by division; what it said of an order goes with the order.
    "hotline_link": Held(_WORK, OF_DIVISION, adds_any=True),
    "hotline_linked_order": Held(_WORK, _with("rectification_work_order", "order_id")),
    "hotline_outgoing": Held(_WORK, _with_one("hotline_linked_order", "linked_id")),
    "hotline_incoming": Held(
        _WORK,
        f"{_with('hotline_link', 'link_id')}\n AND (linked_id IS NULL OR {_with_one('hotline_linked_order', 'linked_id')})",
    ),
    "hotline_attachment": Held(_WRITE, _with_one("hotline_linked_order", "linked_id")),
    # How it stands with other installations is for whoever reaches their division; what is in a batch nobody's at a desk.
    "levels_peer": Held(_READ, OF_DIVISION),
    "levels_outgoing_batch": Held(
        "SELECT (id, peer_id, seq, kind, state, rows, failures, code, message, params, made_at)",
        _with("levels_peer", "peer_id"),
    ),
    "levels_incoming_batch": Held(
        "SELECT (id, peer_id, seq, kind, state, sha256, rows, reviews, late, cases, cases_late, orders, orders_late, returned,"
        " failures, code, message, params, received_at)",
        _with("levels_peer", "peer_id"),
    ),
    "levels_told_day": Held(_READ, _with("levels_peer", "peer_id")),
    "levels_returned_case": Held(_READ, _with("levels_peer", "peer_id")),
    "levels_reported_order": Held(_READ, f"({OF_DIVISION})\n AND {_with('reviews_review', 'review_id')}"),
    # How good what a platform sends is: for the office of its division and above.
    "exchange_quality_card": Held(_READ, OF_DIVISION),
    "exchange_quality_finding": Held(_READ, _with("exchange_quality_card", "card_id")),
    "exchange_stated_batch": Held(
        "SELECT (id, platform_id, division_id, seq, kind, state, rows, code, made_at, received_at, ended_at)",
        OF_DIVISION,
    ),
    "exchange_figure_explanation": Held(
        _WRITE, why="that a source has explained is public; pages ask the remit"
    ),
    "exchange_withheld_figure": Held(_READ, why="which figures are not published is public"),
    # What everybody at a desk may read: names, rules, figures.
    "directory_division": _DIRECTORY,
    "directory_agency": _DIRECTORY,
    "directory_service_item": _DIRECTORY,
    "directory_platform": _DIRECTORY,
    "directory_hall": _DIRECTORY,
    "directory_window": _DIRECTORY,
    "directory_device": _DIRECTORY,
    "directory_staff_member": _DIRECTORY,
    "directory_change": _DIRECTORY,
    "directory_item_match": Held(why="decided for the whole house, by a page that runs as the application"),
    "supervision_sample_draw": Held(_READ, why="what was drawn, of how many and by which seed, is public"),
    "supervision_sample_list": Held(
        _READ, why="tickets that tell nothing, published for whoever draws again"
    ),
    "rulebook_profile": _RULES,
    "rulebook_rule_value": _RULES,
    "rulebook_profile_choice": Held(_WORK, why="which rules hold where is public"),
    "rulebook_rule_confirmation": _RULES,
    "rulebook_calendar_day": _RULES,
    "rulebook_rule_proposal": Held(_WORK, why="which rules are proposed is as public as which rules hold"),
    "rulebook_calendar_overlay": Held(_WORK, why="which days are worked where is public"),
    "reviews_indicator_set": Held(_READ),
    "reviews_review_indicator": Held(_READ),
    "insight_fact": Held(_READ, why=_FIGURES),
    "insight_agency_day": Held(_READ, why=_FIGURES),
    "insight_division_day": Held(_READ, why=_FIGURES),
    "insight_division_month": Held(_READ, why=_FIGURES),
    "insight_item_month": Held(_READ, why=_FIGURES),
    "insight_agency_month": Held(_READ, why=_FIGURES),
    "insight_hall_month": Held(_READ, why=_FIGURES),
    "insight_channel_month": Held(_READ, why=_FIGURES),
    "insight_comparison": Held(_READ, why=_FIGURES),
    "insight_compared_unit": Held(_READ, why=_FIGURES),
    "insight_recount": Held(_READ, why=_FIGURES),
    "insight_fact_delta": Held(_WRITE, why=_FIGURES),
    "publicity_published_table": Held(_READ, why="what has been published is public"),
    "publicity_published_cell": Held(_READ, why="what has been published is public"),
    # Who logs in, and how.
    "accounts_user": _ACCOUNTS,
    "accounts_role_grant": _ACCOUNTS,
    "accounts_staff_binding": _ACCOUNTS,
    "accounts_one_time_link": _ACCOUNTS,
    "accounts_former_password": _ACCOUNTS,
    "accounts_api_client": _ACCOUNTS,
    "accounts_shared_memory": _ACCOUNTS,
    "account_emailaddress": _ACCOUNTS,
    "account_emailconfirmation": _ACCOUNTS,
    "mfa_authenticator": _ACCOUNTS,
    "socialaccount_socialaccount": _ACCOUNTS,
    "socialaccount_socialapp": _ACCOUNTS,
    "socialaccount_socialtoken": _ACCOUNTS,
    "usersessions_usersession": _ACCOUNTS,
    "django_session": _ACCOUNTS,
    "django_content_type": Held(_READ),
    # What is put down here and read elsewhere.
    "ledger_entry": Held(_ADD, why=_LEDGER),
    "ledger_salt": Held(_ADD, why="a salt that is read tells what its erasure should hide"),
    "ledger_pending": Held(_ADD, why="taken by the sequencer"),
    # A text message holds its reader's link until it has gone out: only calls are seen.
    "notices_delivery": Held(_WRITE, f"channel = '{Channel.CALL}'", adds_any=True),
    # What staff are told lies in a place; a request to open an identity is decided by offices of other places.
    "notices_staff_notice": Held(
        f"{_WRITE}, UPDATE (staff_id)",
        f"(kind = '{NoticeKind.OPENING_REQUEST}'\n OR {OF_PLACE})\n AND {NOT_ABOUT_ME}",
        adds_any=True,
    ),
    "notices_notice_copy": Held("SELECT, UPDATE", _with("notices_staff_notice", "notice_id")),
    "notices_notice_choice": Held(_WORK, why="how one wants to be told, asked by one's own account"),
    "notices_staff_contact": Held(_WORK, why="where one wants to be told, asked by one's own account"),
    "notices_endpoint": Held(_WORK, why="addresses of programs; pages of them ask the remit"),
    "notices_staff_message": Held(why="gathered and sent by the worker"),
    "procrastinate_jobs": Held(_WRITE, why="numbers of what is to be done, no place and no person"),
    "procrastinate_events": Held(_WRITE, why="when a job was put down"),
    # What is shut.
    "ledger_chain": Held(why="the sequencer's and the verifier's"),
    "identity_opening_request": Held(
        _WORK, why="decided by two offices, neither of which is the one it lies in; it names nobody"
    ),
    "identity_relay_grant": Held(_WORK, why="asked by its order, which has a policy; it holds no number"),
    "identity_sealed_batch": _SEALED,
    # Whether there is such a person, and nothing else of them.
    "identity_sealed_person": Held("SELECT (id)", why=_SEALED.why),
    "identity_blind_index": _SEALED,
    "identity_refused_asking": _SEALED,
    "exchange_quarantined_record": _INTAKE,
    "exchange_given_answer": _INTAKE,
    "exchange_repeated_send": _INTAKE,
    "exchange_statement": _INTAKE,
    "exchange_visit": _INTAKE,
    "hotline_used_nonce": _INTAKE,
    "exchange_wire_source": _INTAKE,
    "exchange_wire_signature": _INTAKE,
    "exchange_case_reference": _INTAKE,
    "levels_carried_source": _INTAKE,
    "outbox_failure": _INTAKE,
    "procrastinate_periodic_defers": _INTAKE,
    "procrastinate_workers": _INTAKE,
    "notices_demo_message": Held(why="the demonstration's telephone"),
    "auth_group": _UNUSED,
    "auth_group_permissions": _UNUSED,
    "auth_permission": _UNUSED,
    "django_migrations": Held(why="the owner's"),
}
