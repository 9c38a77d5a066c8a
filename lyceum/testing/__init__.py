"""What the tests of every domain share: schools with people in them, and clients who are signed in."""
