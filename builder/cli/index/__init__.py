"""How is a prebuilt index looked after from the command line? `lbuild index`."""
