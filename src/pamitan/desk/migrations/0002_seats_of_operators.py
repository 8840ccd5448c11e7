"""Who could sign in at the desk before there were roles goes on as an operator."""

from django.conf import settings
from django.db import migrations


def give_seats(apps, schema_editor):
    User = apps.get_model(settings.AUTH_USER_MODEL)
    Seat = apps.get_model("desk", "Seat")
    Seat.objects.bulk_create([Seat(user=user, role="operator") for user in User.objects.filter(is_active=True)])


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_seats")]

    operations = [migrations.RunPython(give_seats, migrations.RunPython.noop)]
