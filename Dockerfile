# docker build -t piecewise .                              for CPUs
# docker build -t piecewise:cuda --build-arg FLAVOR=cuda . for NVIDIA GPUs (CUDA 12.8; run it with --gpus all)
# docker run -p 8080:8080 -v piecewise-data:/var/lib/piecewise piecewise
ARG FLAVOR=cpu

FROM eclipse-temurin:25-jdk AS build
COPY . /src
RUN /src/config/deployment/install.sh /opt/piecewise

FROM eclipse-temurin:25-jre AS cpu

# DJL's CUDA natives are not on Maven Central for this PyTorch; its own libtorch of the same version takes their place.
FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04 AS cuda
ARG LIBTORCH=https://download.pytorch.org/libtorch/cu128/libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcu128.zip
COPY --from=eclipse-temurin:25-jre /opt/java/openjdk /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk \
    PYTORCH_LIBRARY_PATH=/opt/libtorch/lib PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl unzip \
    && curl -fsSL -o /tmp/libtorch.zip "$LIBTORCH" && unzip -q /tmp/libtorch.zip -d /opt && rm /tmp/libtorch.zip \
    && apt-get purge -y unzip && rm -rf /var/lib/apt/lists/*

FROM ${FLAVOR}
RUN apt-get update && apt-get install -y --no-install-recommends curl libgomp1 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/piecewise piecewise
COPY --from=build /opt/piecewise /opt/piecewise
COPY --chown=10001 model-store /var/lib/piecewise/model-store
ENV PIECEWISE_HOME=/var/lib/piecewise
USER 10001
WORKDIR /var/lib/piecewise
VOLUME /var/lib/piecewise
EXPOSE 8080
# A large base takes minutes to load; until then /health/ready says 503.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5m --retries=3 CMD curl -fsS http://127.0.0.1:8080/health/ready || exit 1
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/piecewise/bin/piecewise"]
# The demo is for everybody who reaches it; for anything else use security.require-keys=true.
CMD ["demo", "--set", "server.host=0.0.0.0", "--set", "security.allow-open=true"]
