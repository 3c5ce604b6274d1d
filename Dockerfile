# Assets are compiled from npm packages in a stage of their own; the image that runs has no Node.
FROM node:22-bookworm-slim AS assets
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
COPY assets assets
RUN python3 -m assets.build

FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1
WORKDIR /app
# traces.txt for an organisation that keeps traces.
ARG REQUIREMENTS=production.txt
COPY requirements/${REQUIREMENTS} requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/${REQUIREMENTS}
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY intake intake
COPY workers workers
COPY templates templates
COPY migrations migrations
# Compiled here: the container's files are read-only, and every start would compile them again.
RUN pip install --no-cache-dir --no-build-isolation --no-deps -e . \
    && python -m compileall -q intake workers migrations \
    && useradd --system --uid 10001 --home /nonexistent advocate
COPY --from=assets /app/intake/static/built intake/static/built
RUN install -d -o advocate -m 700 /var/lib/advocate/ledger && install -d -o advocate /var/www/advocate
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--graceful-timeout", "10", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--logger-class", "intake.views.access.AccessLogger", "--access-logfile", "-", \
     "--bind", "0.0.0.0:8000", "intake.web:app"]
