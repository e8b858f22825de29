# syntax=docker/dockerfile:1

FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements-runtime.lock /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --require-hashes --no-deps -r /tmp/requirements-runtime.lock

FROM node:22-slim AS web
WORKDIR /web
COPY console/web/package.json console/web/package-lock.json console/web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY console/web .
RUN npm run build

FROM python:3.11-slim
RUN groupadd --system --gid 10001 switchboard \
    && useradd --system --uid 10001 --gid switchboard --home-dir /var/lib/switchboard --create-home switchboard
COPY --from=packages /opt/venv /opt/venv
WORKDIR /opt/switchboard
COPY contracts contracts
COPY runtime runtime
COPY gateway gateway
COPY router router
COPY workers workers
COPY console console
COPY --from=web /web/dist console/web/dist
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/switchboard \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SWITCHBOARD_HOST=0.0.0.0 \
    SWITCHBOARD_HEALTH_PORT=9100
USER 10001:10001
VOLUME /var/lib/switchboard
EXPOSE 8080 9100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "runtime.health_probe", "live"]
CMD ["python", "-m", "gateway", "receive"]
