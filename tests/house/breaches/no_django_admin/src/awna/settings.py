"""Settings with the admin."""

INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth"]
