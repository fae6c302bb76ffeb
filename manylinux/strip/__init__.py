"""How does a compiled file get smaller without changing what is loaded? Planned, then verified."""
