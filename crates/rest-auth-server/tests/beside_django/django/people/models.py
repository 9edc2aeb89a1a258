"""Users of a project's own: another table, UUIDs, a column by another name and one more."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_column="uid")
    first_name = models.CharField(max_length=150, blank=True, db_column="given_name")
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "people"
