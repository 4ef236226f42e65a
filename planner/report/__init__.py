"""What people see of a plan: tables, files, charts and words. The only home of Plotly and of the table writers."""
