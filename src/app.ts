import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { assertGuarded } from "./auth/authenticate.ts";
import { isContradictory } from "./auth/development.ts";
import { auth } from "./auth/routes.ts";
import { chats } from "./chats/routes.ts";
import { dowell } from "./dowell/routes.ts";
import { Failure, respondWithStatus } from "./http/failure.ts";
import type { FoyerEnv } from "./http/foyer-env.ts";
import { health } from "./http/health.ts";
import { noSuchRoute } from "./http/not-found.ts";
import { requestLog } from "./http/request-log.ts";
import { staffCors } from "./http/staff-cors.ts";
import { boundedBody, wire } from "./wire/wire.ts";

/** The whole HTTP surface on one screen: what every request passes, then one line per feature. */
export const app = new Hono<FoyerEnv>()
	.use(requestLog)
	.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }))
	.use(async (c, next) => {
		if (isContradictory(c.env)) throw new Failure("Misconfigured", "ENVIRONMENT and PRODUCTION contradict each other.");
		await next();
	})
	.use("/v1/*", staffCors, boundedBody, wire)
	.use("/auth/*", staffCors, boundedBody, wire)
	.route("/health", health)
	.route("/auth", auth)
	.route("/v1/Chat", chats)
	.route("/api/v2", dowell);

app.notFound((c) => {
	throw noSuchRoute(app, c);
});
app.onError(respondWithStatus);
assertGuarded(app);
