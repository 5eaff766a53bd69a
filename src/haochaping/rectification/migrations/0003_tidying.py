from django.db import migrations

# Open orders are a hundredth of the table, and lists and maps count them from an index alone, as far as the server knows
# their pages to be whole. With the usual settings it tidies up when a fifth of the table has changed, and passes over
# what is less than a fiftieth of it: beside five million closed orders that would be never.
_TIDIED_OFTEN = """
    ALTER TABLE rectification_work_order SET (
        vacuum_index_cleanup = on, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01
    )
"""
_AS_USUAL = """
    ALTER TABLE rectification_work_order RESET (
        vacuum_index_cleanup, autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor
    )
"""


class Migration(migrations.Migration):
    dependencies = [("rectification", "0002_untold")]

    operations = [migrations.RunSQL(_TIDIED_OFTEN, _AS_USUAL)]
