"""Who gave value to whom: gives, thanks, acknowledgements, corrections."""
