"""What people see: charts, pages and the server of stored results."""
