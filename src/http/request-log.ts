import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { FoyerEnv } from "./foyer-env.ts";

const TRACE_ID = /^[\w-]{8,64}$/;

/** Names the request (a sound `X-Request-Id` of the caller is kept) and writes its one log line: no body, no token, no address. */
export const requestLog: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	const started = Date.now();
	const offered = c.req.header("X-Request-Id");
	const requestId = offered !== undefined && TRACE_ID.test(offered) ? offered : crypto.randomUUID();
	c.set("requestId", requestId);
	await next();
	if (c.res.status !== 101) c.header("X-Request-Id", requestId);
	if (c.env.REQUEST_LOG === "off") return;
	console.log(
		JSON.stringify({
			level: "info",
			requestId,
			method: c.req.method,
			// The route that was reached last, and so the one that answered.
			route: routePath(c),
			status: c.res.status,
			ms: Date.now() - started,
			tenant: c.get("principal")?.tenantId,
		}),
	);
};
