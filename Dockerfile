# Dateline with the page, on a CPU, as a user without rights:
#   docker build --build-arg CPU_INDEX=... -t dateline .
#   dateline password NAME >> users      (or: docker run --rm -i dateline dateline password NAME >> users)
#   docker run --rm -p 7860:7860 -v "$PWD/articles:/articles:ro" -v "$PWD/users:/users:ro" -v dateline:/data dateline
# CPU_INDEX: the address of PyTorch's index of CPU builds, which its page "Get started" gives for pip and CPU; without it the
# registry's torch for x86-64 brings gigabytes of CUDA, so the build stops. EXTRAS: what docs/scaling.md needs beside
# (--build-arg EXTRAS=milvus,ray).
FROM python:3.11-slim AS build
ARG CPU_INDEX=""
ARG EXTRAS=""
WORKDIR /source
COPY constraints.txt ./
RUN [ -n "$CPU_INDEX" ] || [ "$(uname -m)" != x86_64 ] || { echo "expected --build-arg CPU_INDEX=ADDRESS, the index of PyTorch's CPU builds, found none"; exit 1; }
RUN python -m venv /opt/dateline \
    && /opt/dateline/bin/pip install --no-cache-dir --constraint constraints.txt ${CPU_INDEX:+--extra-index-url "$CPU_INDEX"} torch \
    && /opt/dateline/bin/python -c "import torch; assert torch.version.cuda is None, 'expected a CPU build of torch, found CUDA'"
COPY pyproject.toml README.md LICENSE NOTICE dateline_command.py ./
COPY index ./index
COPY qa ./qa
RUN /opt/dateline/bin/pip install --no-cache-dir --constraint constraints.txt ".${EXTRAS:+[$EXTRAS]}"

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
