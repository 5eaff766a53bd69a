"""Names are found by any two characters beside each other, whatever a server has of extensions.

Its cost is given as high: to work the pairs of names out anew takes far longer than to look them up.

pg_trgm needs three characters and finds nothing in a Chinese word of two; in a database of the locale "C" it takes no Chinese
character for a letter.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

_PAIRS = """
CREATE FUNCTION directory_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
RETURN (
    SELECT coalesce(array_agg(DISTINCT substr(lower(words), n, 2)), '{}')
    FROM generate_series(1, char_length(words) - 1) AS n
);
"""


def _index(name: str) -> GinIndex:
    return GinIndex(models.Func(models.F("name"), function="directory_pairs"), name=name)


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_alike")]

    operations = [
        migrations.RunSQL(_PAIRS, "DROP FUNCTION directory_pairs(text)"),
        migrations.AddIndex("division", _index("division_name_pairs")),
        migrations.AddIndex("agency", _index("agency_name_pairs")),
        migrations.AddIndex("serviceitem", _index("item_name_pairs")),
        migrations.AddIndex("hall", _index("hall_name_pairs")),
    ]
