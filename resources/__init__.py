"""What is shipped and is not code; read through importlib.resources."""
