"""What all months of a place come to stands beside them: a page of everything reads one row of each kind, whatever has passed."""

from django.db import migrations

_GRAINS = {
    "division": "division_id",
    "channel": "division_id, channel",
    "agency": "agency_id",
    "item": "item_id, agency_id",
    "hall": "hall_id",
}
_FILL = ";\n".join(
    f"""
    INSERT INTO insight_{name}_month ({place}, month, kind, level, provenance, n)
    SELECT {place}, date '0001-01-01', kind, level, provenance, sum(n) FROM insight_{name}_month
     GROUP BY {place}, kind, level, provenance"""
    for name, place in _GRAINS.items()
)


class Migration(migrations.Migration):
    dependencies = [("insight", "0008_kinds_first")]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
