"""Payment providers as siblings behind one adapter: `stripe`, `gocardless`, `paypal`. Each stays off until a section configures it."""
