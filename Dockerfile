# One image for every service; which one it is, its command says (docker-compose.yml, deploy/kubernetes).
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No install scripts: what services run needs none, and what a script would fetch does not get in.
RUN --mount=type=cache,target=/npm npm ci --cache /npm --ignore-scripts --no-audit --no-fund
COPY . .
RUN node tools/generate.ts && node --disable-warning=ExperimentalWarning tools/image.ts --to /image

FROM node:24-bookworm-slim
# Libraries that ask leave out their development checks.
ENV NODE_ENV=production
# In a container, other machines are who one listens for.
ENV HOST=0.0.0.0
WORKDIR /app
# Two layers: packages change seldom, and are pulled and kept once.
COPY --from=build /image/node_modules ./node_modules
COPY --from=build /image/app ./
# Where a volume for a worker's folder is mounted: a new volume takes its owner from here.
RUN install -d -o node -g node /mailbox /media
USER node
# 3 s apart while it starts, since each look is a process: ten services on two cores must have time to start. The port
# is the gateway's, as the command below; another command has another port.
HEALTHCHECK --interval=15s --timeout=10s --start-period=90s --start-interval=3s --retries=3 \
  CMD ["node", "ops/health.mjs", "4000"]
CMD ["node", "gateway/main.ts"]
