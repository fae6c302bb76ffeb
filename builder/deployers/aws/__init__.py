"""How do layers and functions get to Lambda without another tool? By boto3, and each content once."""
