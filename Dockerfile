# Two stages: the toolchain builds with the quick start's own steps, a bare Debian runs the binary.
FROM swift:6.3.1-bookworm AS build
WORKDIR /isoloss

# System packages and Swift packages change seldom: each in a layer of its own.
COPY Tests/packages.sh Tests/packages.sh
RUN bash -c 'source Tests/packages.sh && require_swift && require_system_packages'
COPY Package.swift ./
RUN swift package resolve

# The manifest names the folders of the tests too, so they are there; only the server is built.
COPY Sources Sources
COPY Tests Tests
COPY migrations migrations
RUN bash -c 'source Tests/packages.sh \
        && swift build "${build_flags[@]}" --static-swift-stdlib --product isoloss' \
    && install -D -s .build/release/isoloss /out/isoloss

FROM debian:bookworm-slim
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends \
        libsqlite3-0 libcurl4 libopenblas0-pthread zlib1g ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --home-dir /data --create-home isoloss
COPY --from=build /out/isoloss /usr/local/bin/isoloss

USER isoloss
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s CMD ["isoloss", "health", "--server", "http://127.0.0.1:8080"]

# It listens beyond loopback, so it refuses to start without ISOLOSS_TOKEN:
#   docker run -p 8080:8080 -v isoloss:/data -e ISOLOSS_TOKEN=… isoloss
ENTRYPOINT ["isoloss", "serve", "--host", "0.0.0.0", "--port", "8080", "--database", "/data/isoloss.db"]
