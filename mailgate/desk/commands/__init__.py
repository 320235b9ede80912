"""What agents say in lines at the top of a mail."""
