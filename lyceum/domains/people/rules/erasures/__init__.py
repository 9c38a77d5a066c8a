"""Being erased: asked for by oneself, looked at by the office, and kept back where the law says so."""
