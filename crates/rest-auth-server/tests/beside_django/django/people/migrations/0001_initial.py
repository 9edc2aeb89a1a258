"""The table of a project's own users."""

import uuid

import django.contrib.auth.models
import django.utils.timezone
from django.db import migrations, models


def text(length, **more):
    return models.CharField(max_length=length, blank=True, **more)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128)),
                ("last_login", models.DateTimeField(blank=True, null=True)),
                ("is_superuser", models.BooleanField(default=False)),
                ("username", models.CharField(max_length=150, unique=True)),
                ("last_name", text(150)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("is_staff", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now)),
                ("id", models.UUIDField(db_column="uid", default=uuid.uuid4, primary_key=True, serialize=False)),
                ("first_name", text(150, db_column="given_name")),
                ("phone", text(20)),
                ("groups", models.ManyToManyField(blank=True, to="auth.group")),
                ("user_permissions", models.ManyToManyField(blank=True, to="auth.permission")),
            ],
            options={"db_table": "people"},
            managers=[("objects", django.contrib.auth.models.UserManager())],
        ),
    ]
