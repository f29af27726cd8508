"""Plant simulation: when every car enters and leaves every section of its plant."""
