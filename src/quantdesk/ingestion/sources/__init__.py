"""Sources of outside data, one folder per venue."""
