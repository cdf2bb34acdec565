"""Pages of complaints and feedback: those of the public, of the people in charge, and of the leads of safeguarding."""
