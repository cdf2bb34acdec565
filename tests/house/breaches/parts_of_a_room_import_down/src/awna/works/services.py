"""A service that knows its pages."""

from .views import plan_page

PAGE = plan_page
