"""What gunicorn serves: `intake.web:app`."""

from intake import create_app, logs

logs.configure("web")
app = create_app()
