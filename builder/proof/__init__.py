"""Does everything that is to be shipped load on the target?"""
