"""What a bundle may unpack to, and what helps when it is more. Pure: who calls measures."""
