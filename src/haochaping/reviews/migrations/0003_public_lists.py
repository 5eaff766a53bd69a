"""The public list of reviews by place; of bad reviews, which are few and looked for most, by themselves."""

from django.db import migrations
from django.db.models import Index, Q

_BAD = Q(level__lte=2)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_asking")]

    operations = [
        migrations.AddIndex("review", Index(fields=["division", "assessed_at"], name="review_division_time")),
        migrations.AddIndex("review", Index(fields=["item", "assessed_at"], name="review_item_time")),
        migrations.AddIndex("review", Index(fields=["assessed_at"], condition=_BAD, name="review_bad_time")),
        migrations.AddIndex(
            "review",
            Index(fields=["division", "assessed_at"], condition=_BAD, name="review_bad_division_time"),
        ),
        migrations.AddIndex(
            "review", Index(fields=["item", "assessed_at"], condition=_BAD, name="review_bad_item_time")
        ),
    ]
