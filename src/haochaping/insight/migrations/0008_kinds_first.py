"""Facts of months are found by place and kind first: a page reads few of their kinds, and most of their months."""

from django.db import migrations, models

_KINDS_FIRST = {
    "divisionmonth": ("division_month_unique", ["division", "kind", "month", "level", "provenance"]),
    "agencymonth": ("agency_month_unique", ["agency", "kind", "month", "level", "provenance"]),
    "hallmonth": ("hall_month_unique", ["hall", "kind", "month", "level", "provenance"]),
    "channelmonth": ("channel_month_unique", ["division", "kind", "month", "channel", "level", "provenance"]),
}


class Migration(migrations.Migration):
    dependencies = [("insight", "0007_halls_compared")]

    operations = [
        operation
        for model, (name, fields) in _KINDS_FIRST.items()
        for operation in (
            migrations.RemoveConstraint(model_name=model, name=name),
            migrations.AddConstraint(
                model_name=model, constraint=models.UniqueConstraint(fields=fields, name=name)
            ),
        )
    ]
