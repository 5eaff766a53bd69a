"""数据交换 writes: quarantine, answers given once, short visits, sources and the signatures they have used."""

from haochaping.exchange.actions.records import (
    begin_visit,
    discard,
    forget_answers,
    forget_visits,
    hold_key,
    keep,
    quarantine,
    remember_answer,
    settle,
)
from haochaping.exchange.actions.sources import (
    close_source,
    forget_signatures,
    number_services_alone,
    set_source,
    use_signature,
)

__all__ = [
    "begin_visit",
    "close_source",
    "discard",
    "forget_answers",
    "forget_signatures",
    "forget_visits",
    "hold_key",
    "keep",
    "number_services_alone",
    "quarantine",
    "remember_answer",
    "set_source",
    "settle",
    "use_signature",
]
