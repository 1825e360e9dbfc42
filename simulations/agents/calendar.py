"""The calendar of members: how many days lie between their chores."""

WEEK, MONTH, QUARTER = 7, 30, 91
