"""Training: data sets, augmentation and loops; never imported by the rest of the program."""
