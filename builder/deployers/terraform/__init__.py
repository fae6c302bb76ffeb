"""How does Terraform ask for bundles while it plans? By the protocol of its `external` data source."""
