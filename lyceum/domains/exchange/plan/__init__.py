"""What an import would do: records compared with the school, row by row. Nothing is written to the school here."""
