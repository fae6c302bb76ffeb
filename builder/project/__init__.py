"""A project of functions: what its configuration says, how one is begun, what its build wrote down."""
