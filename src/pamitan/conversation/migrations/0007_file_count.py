from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Count


def count_files(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    messages = apps.get_model("conversation", "Message").objects
    with_files = messages.annotate(files=Count("attachments")).filter(files__gt=0)
    for pk, files in list(with_files.values_list("pk", "files")):
        messages.filter(pk=pk).update(file_count=files)


class Migration(migrations.Migration):
    dependencies = [
        ("conversation", "0006_code_by_text"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="file_count",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunPython(count_files, migrations.RunPython.noop),
    ]
