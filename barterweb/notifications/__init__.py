"""What happens to a company's trades, told to its people: in the application, and by e-mail when it is urgent."""
