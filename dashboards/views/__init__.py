"""The pages, one file each; ``dashboards/app.py`` lists them."""
