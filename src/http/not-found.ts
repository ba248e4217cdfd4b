import type { Context, Hono } from "hono";
import { Failure } from "./failure.ts";
import type { FoyerEnv } from "./foyer-env.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * The answer where no route has one: to OPTIONS which methods the path of ours takes. Throws 405 with `Allow` when it is one of ours under
 * another method, else 404.
 */
export function noSuchRoute(app: Pick<Hono<FoyerEnv>, "router">, c: Context<FoyerEnv>): Response {
	const allowed = METHODS.filter((method) => isRoute(app, method, c.req.path));
	if (allowed.length === 0) throw new Failure("NotFound", "There is nothing here.");
	// Hono answers HEAD by the GET route.
	const allow = [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
	if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: allow });
	throw new Failure("MethodNotAllowed", `This path takes ${allow}.`, { headers: { Allow: allow } });
}

/** Middleware is registered under ALL, a route under its own method. */
function isRoute(app: Pick<Hono<FoyerEnv>, "router">, method: string, path: string): boolean {
	return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}
