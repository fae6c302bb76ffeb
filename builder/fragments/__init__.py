"""What does linking need to know of one wheel, whatever bundle it goes to? Read once, kept by content."""
