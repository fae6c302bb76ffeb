"""Which version and which file of every project, for one target. Pure: facts come in through a port."""
