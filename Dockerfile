# One image for every role; docker-compose.yml chooses with --role. PostgreSQL and Redis are servers of their own here,
# so the embedded PostgreSQL (an optional package) stays out.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/prisma/migrations ./prisma/migrations
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
# Room for the garbage of a burst of writes: with the default of 16 MiB much of it outlives the young generation.
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=32", "--no-memory-reducer", "dist/main.mjs", "--data-dir", "/data"]
