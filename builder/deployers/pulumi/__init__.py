"""How does a Pulumi program get what lbuild makes? By a module written for it, which calls the command."""
