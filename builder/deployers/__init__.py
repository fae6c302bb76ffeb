"""How does each deployer take what lbuild makes? One room or module for each."""
