"""What the user writes: schema, loader, and the scenarios shipped with Quayline."""
