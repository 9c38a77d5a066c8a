"""Acts on certificates: signing, issuing, revoking, showing."""
