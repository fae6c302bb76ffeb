"""`python -m builder`: the `lbuild` command."""

from builder.cli.main import main

main()
