"""办件引用号: a source tells number and reference of a case once, and the reference alone from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.exchange.actions import number_services_alone
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.references.models import CaseReference
from haochaping.exchange.terms import QuarantineState, RecordKind

if TYPE_CHECKING:
    from haochaping.exchange.terms import SourceRow


@transaction.atomic
def remember(source: SourceRow, reference: str, case_no: str) -> None:
    """Note which case a reference stands for, the last word counts; steps that came before it now wait for that case."""
    number_services_alone(source.platform_id, reference)
    CaseReference.objects.update_or_create(
        platform_id=source.platform_id, reference=reference, defaults={"case_no": case_no}
    )
    steps = QuarantinedRecord.objects.select_for_update().filter(
        state=QuarantineState.WAITING,
        kind=RecordKind.STEP,
        source=source.code,
        case_no="",
        fields__reference=reference,
    )
    for step in steps:
        told = {name: value for name, value in step.fields.items() if name != "reference"}
        step.case_no, step.fields = case_no, told | {"case_no": case_no}
        step.save(update_fields=["case_no", "fields"])


def case_no_alone(source: SourceRow, reference: str) -> str:
    """The number of the case that a reference stands for, "" where it is not known; none is noted until the transaction ends."""
    number_services_alone(source.platform_id, reference)
    found = CaseReference.objects.filter(platform_id=source.platform_id, reference=reference)
    return next(iter(found.values_list("case_no", flat=True)), "")
