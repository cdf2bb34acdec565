"""A pure rule that is not pure."""

from django.utils import timezone

NOW = timezone.now
