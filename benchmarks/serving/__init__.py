"""How fast is `lbuild index serve`, and is every answer whole, beside other servers of the same files?"""
