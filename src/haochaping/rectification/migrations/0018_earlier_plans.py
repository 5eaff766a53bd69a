from django.db import migrations, models

# With these moves the time of an agency begins anew. Ids of lines and of events follow time.
_END = """
UPDATE rectification_milestone AS line
   SET ended_at = (
       SELECT min(event.at)
         FROM rectification_order_event AS event
        WHERE event.order_id = line.order_id AND event.id > line.id
          AND event.move IN ('grant_return', 'redispatch', 'separate', 'redo', 'do_again', 'restore', 'reopen'))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rectification", "0017_contact_missed"),
    ]

    operations = [
        migrations.AddField(
            model_name="milestone",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(_END, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name="milestone",
            name="milestone_to_miss",
        ),
        migrations.AddIndex(
            model_name="milestone",
            index=models.Index(
                condition=models.Q(
                    ("done_at__isnull", True), ("ended_at__isnull", True), ("missed_at__isnull", True)
                ),
                fields=["due_on"],
                name="milestone_to_miss",
            ),
        ),
    ]
