"""How requirements become a bundle."""
