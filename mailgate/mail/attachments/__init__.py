"""What is attached: safe names, real types, risks."""
