FROM node:24.21.0-bookworm-slim AS build
# better-sqlite3 is compiled where there is no ready-made one for this machine.
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY prisma prisma
COPY src src
RUN npm run build
# The Prisma command line is an optional peer of its client: omitting dev alone would keep it, and 250 MB with it.
RUN npm prune --omit=dev --omit=optional
RUN mkdir data

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/prisma prisma
COPY --from=build /app/dist dist
# The one place that the server may write to: where the SQLite file lies.
COPY --from=build --chown=node:node /app/data data
USER node
VOLUME /app/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and gets SIGTERM itself.
CMD ["node", "dist/cli/main.js", "start"]
