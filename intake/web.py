"""What gunicorn serves: `intake.web:app`."""

from intake import create_app

app = create_app()
