"""Who is who: users, campaigns, the owner of the place, national sections, and the roles people hold."""
