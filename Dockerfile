# Dateline with the page, on a CPU, as a user without rights:
#   docker build -t dateline .
#   dateline password NAME >> users      (or: docker run --rm -i dateline dateline password NAME >> users)
#   docker run --rm -p 7860:7860 -v "$PWD/articles:/articles:ro" -v "$PWD/users:/users:ro" -v dateline:/data dateline
# It holds no torch: the default encoder and reader need none (requirements-slim.txt). EXTRAS adds what docs/scaling.md
# needs (--build-arg EXTRAS=milvus,ray).
FROM python:3.11-slim AS build
ARG EXTRAS=""
WORKDIR /source
COPY constraints.txt requirements-slim.txt ./
RUN python -m venv /opt/dateline \
    && /opt/dateline/bin/pip install --no-cache-dir --requirement requirements-slim.txt
COPY pyproject.toml README.md LICENSE NOTICE dateline.py dateline_command.py ./
COPY index ./index
COPY qa ./qa
# The extras' packages are asked of Dateline's own metadata, so that none is listed twice.
RUN /opt/dateline/bin/pip install --no-cache-dir --no-deps . \
    && /opt/dateline/bin/python -c "import re, sys; from importlib.metadata import requires; wanted = set(filter(None, sys.argv[1].split(','))); print(*[line.partition(';')[0].strip() for line in requires('dateline') if wanted & set(re.findall(r'extra == .([\w-]+)', line))], sep='\n')" "$EXTRAS" > extras.txt \
    && /opt/dateline/bin/pip install --no-cache-dir --constraint constraints.txt --requirement extras.txt

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 dateline && install -d -o dateline /articles /data
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH DATELINE_INDEX=/data/index HF_HUB_OFFLINE=1 ORT_DISABLE_TELEMETRY=1
USER dateline
WORKDIR /home/dateline
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=5)"]
# The articles are indexed at each start (what is unchanged is not encoded again), then the page is served.
CMD ["sh", "-c", "dateline build /articles && exec dateline serve --host 0.0.0.0 --auth /users --corpus /articles --read-only"]
