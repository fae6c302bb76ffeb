"""What of the wheels a bundle need not hold, decided by what its code can name."""
