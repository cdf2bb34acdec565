"""Addresses of voices, each with who may use it."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
