"""Each day's orders into a sequence: the ROADEF 2005 car sequencing problem."""
