"""A room that looks up."""

import awna.works

UP = awna.works
