from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_leaner_keys"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("person_id__isnull", False)), fields=["person_id"], name="case_of_person"
            ),
        ),
    ]
