"""What the stages hand each other: frozen records of tables whose columns are declared here."""
