"""What notices read and write outside the database: links in mails, and mail in a folder."""
