from django.db import migrations

# Everything below a place is a stretch of its path, and paths of one province begin alike: with the usual hundred bounds
# a city with all below it is guessed to be one place, and its orders to be a handful.
FINER = """
    ALTER TABLE directory_division ALTER COLUMN path SET STATISTICS 1000;
    ALTER TABLE directory_agency ALTER COLUMN path SET STATISTICS 1000;
"""
AS_BEFORE = """
    ALTER TABLE directory_division ALTER COLUMN path SET STATISTICS -1;
    ALTER TABLE directory_agency ALTER COLUMN path SET STATISTICS -1;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_history_devices_parents")]

    operations = [migrations.RunSQL(FINER, AS_BEFORE)]
