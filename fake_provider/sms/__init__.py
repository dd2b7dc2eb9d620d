"""The SMS API of 2012 to 2019: parameters in, parts and prices, an answer in JSON or XML out."""
