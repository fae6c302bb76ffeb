"""How requirements become a bundle."""

VERSION = "0.1.0"
