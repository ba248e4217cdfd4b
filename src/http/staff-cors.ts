import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { FoyerEnv } from "./foyer-env.ts";

const options = {
	allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"],
	allowHeaders: [
		"Content-Type",
		"Authorization",
		"X-Api-Key",
		"X-Http-Method-Override",
		"X-Request-Id",
		"Accept",
		"If-Match",
	],
	exposeHeaders: ["X-Request-Id", "ETag", "Retry-After", "WWW-Authenticate", "X-AutoBatch-Completed"],
	maxAge: 600,
};

/** Lets pages call the API: any page without credentials, or those of `CORS_ORIGINS` with them. */
export const staffCors: MiddlewareHandler<FoyerEnv> = (c, next) => {
	const allowed = c.env.CORS_ORIGINS.split(",").map((origin) => origin.trim());
	const rule = allowed.includes("*") ? { origin: "*" } : { origin: allowed, credentials: true };
	return cors({ ...options, ...rule })(c, next);
};
