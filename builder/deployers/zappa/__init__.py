"""How does Zappa take what lbuild makes? Its archive is made anew in place, by a callback or by hand."""
