"""What every stand-in needs, whatever system it imitates."""
