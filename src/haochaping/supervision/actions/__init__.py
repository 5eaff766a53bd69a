"""监督 writes, one file for each noun."""
