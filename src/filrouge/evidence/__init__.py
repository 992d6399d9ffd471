"""What a bit of evidence is: kinds put together, calibrated, said in words. Arrays in, arrays out."""
