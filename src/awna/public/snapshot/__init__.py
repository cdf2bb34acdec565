"""Static, signed copies of the public face: `making.publish_snapshot` writes one, `awna publish` calls it."""
