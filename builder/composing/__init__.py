"""Who hands the pipeline its tools? Options and adapters of the world are joined here, run by run."""
