"""What loads on a Lambda runtime: the runtimes, their tags, their marker environments."""
