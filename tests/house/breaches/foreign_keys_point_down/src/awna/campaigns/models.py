"""A model that points up."""

from django.db import models


class Site(models.Model):
    """A place."""

    task = models.ForeignKey("works.Task", on_delete=models.PROTECT)
