"""What files an index offers, and where their verified bytes are kept."""
