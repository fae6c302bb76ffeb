"""What is in a bundle, whoever made it, and will it load?"""
