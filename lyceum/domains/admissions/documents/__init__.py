"""An application on paper."""
