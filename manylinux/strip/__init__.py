"""How does a compiled file get smaller without changing what is loaded? Its bytes are planned, then verified."""
