"""What every room wears: policies, sealed fields, forms, commands, jobs, mail, templates."""
