"""指标 of voices: what became of complaints, suggestions and questions, by the day they were given. For the authority alone."""

from __future__ import annotations

from haochaping.insight.rules.totals import BY_VOICE, of_kind
from haochaping.insight.terms import FactKind, Measure, Said
from haochaping.kernel.refused import N_
from haochaping.voices.terms import VoiceOutcome

_VOICES = N_("complaints, suggestions and questions")
_HISTORY = N_("those taken over from an older system")
_AT_OFFICE = N_("complaints about the handling of a review, which the supervisory office answers")

OF_VOICES = (
    Measure(
        "voice_answered_rate",
        N_("Complaints, suggestions and questions answered"),
        of_kind(FactKind.VOICE_RESULT),
        of_kind(FactKind.VOICE),
        (_AT_OFFICE, _HISTORY),
        "国办发〔2019〕51号",
        _VOICES,
        counts=N_("Of these, those that have an answer; opened again, one has none until the next."),
        day=BY_VOICE,
        out_of=N_(
            "Complaints, suggestions and after-sales questions that were given or taken up from reviews."
        ),
    ),
    Measure(
        "voice_on_time_rate",
        N_("Complaints, suggestions and questions answered on time"),
        of_kind(FactKind.VOICE_DUE, Said.KEPT),
        of_kind(FactKind.VOICE_DUE, Said.KEPT, Said.LATE),
        (
            _AT_OFFICE,
            _HISTORY,
            N_("those that are not answered and not due yet"),
            N_("those whose day is not known, as the working calendar does not reach"),
        ),
        "国办发〔2019〕51号",
        _VOICES,
        counts=N_("Those that were answered by the promised moment in every round."),
        day=BY_VOICE,
        out_of=N_(
            "Those that were answered, or are overdue, with the agency they are with now, whoever let the time pass."
        ),
    ),
    Measure(
        "voice_overdue_rate",
        N_("Complaints, suggestions and questions overdue"),
        of_kind(FactKind.VOICE_LATE),
        of_kind(FactKind.VOICE),
        (_AT_OFFICE, _HISTORY, N_("those that lie with the supervisory office, as they stayed unsolved")),
        "国办发〔2019〕51号",
        _VOICES,
        counts=N_("Of these, those whose time is over now and that still have no answer."),
        day=BY_VOICE,
        out_of=N_(
            "Complaints, suggestions and after-sales questions that were given or taken up from reviews."
        ),
    ),
    Measure(
        "suggestion_adopted_rate",
        N_("Suggestions adopted"),
        of_kind(FactKind.VOICE_RESULT, VoiceOutcome.ADOPTED),
        of_kind(FactKind.VOICE_RESULT, VoiceOutcome.ADOPTED, VoiceOutcome.NOT_ADOPTED),
        (_HISTORY, N_("suggestions that have no answer")),
        "国办发〔2019〕51号",
        N_("suggestions"),
        counts=N_("Of these, suggestions whose answer says that they are adopted."),
        day=BY_VOICE,
        out_of=N_("Suggestions that were answered as adopted or not."),
    ),
    Measure(
        "voice_reopened_rate",
        N_("Answers to complaints, suggestions and questions that solved nothing"),
        of_kind(FactKind.VOICE_ANSWER, Said.AGAIN),
        of_kind(FactKind.VOICE_ANSWER),
        (_AT_OFFICE, _HISTORY, N_("those that were never answered")),
        "国办发〔2019〕51号",
        _VOICES,
        counts=N_(
            "Of these, those that the person called unsolved: opened again, or passed to the supervisory office."
        ),
        day=BY_VOICE,
        out_of=N_("Complaints, suggestions and questions that were answered at least once."),
    ),
)
