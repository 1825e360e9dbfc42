"""What is decided, and how to act on it: the constitution, the chain, and the deployed DAO."""
