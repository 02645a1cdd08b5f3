"""What every request passes before its endpoint: origin, size, rate, headers, errors."""
