"""What gunicorn serves: `intake.web:app`."""

from intake import create_app, logs
from intake.garbage import leave_the_start_alone

logs.configure("web")
app = create_app()
leave_the_start_alone()
