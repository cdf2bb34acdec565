"""The site diary from a phone, inspections, defects and change orders."""
