"""What a study found, as data, in words and on one page that needs nothing else."""
