"""What a runtime gives compiled files, as data."""
