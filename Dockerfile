# The command askpapers, with the bundled embedding model: one image for the page, for workers and for anything by hand.
FROM python:3.12.8-slim-bookworm

RUN useradd --create-home --uid 10001 askpapers
WORKDIR /app
COPY pyproject.toml README.md LICENSE* ./
COPY rag rag
COPY ui ui
COPY prompts prompts
COPY eval eval
RUN pip install --no-cache-dir '.[server]'

USER askpapers
# What a process keeps beside the library: uploads, runs of evaluations, the map. All of it can be lost.
VOLUME /home/askpapers
ENV PYTHONUNBUFFERED=1
ENTRYPOINT ["askpapers"]
CMD ["chat", "--host", "0.0.0.0", "--port", "7860"]
