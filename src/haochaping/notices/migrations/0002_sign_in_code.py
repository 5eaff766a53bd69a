from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_template",
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "template__in",
                        ["invitation", "receipt", "agency_wrote", "order_replied", "sign_in_code"],
                    )
                ),
                name="delivery_template",
            ),
        ),
    ]
