from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0005_mail_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="textmessage",
            name="account_hash",
            field=models.CharField(db_index=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]
