"""The site as strangers see it: the same for everybody, without cookies, from memory where nothing changed."""
