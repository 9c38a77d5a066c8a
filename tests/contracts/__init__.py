"""The contract's tables, and every row of them tried by every role over HTTP."""
