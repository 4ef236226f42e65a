"""How the library's schema came about, step by step."""
