import type { Context, Hono } from "hono";
import { Failure } from "./failure.ts";
import type { FoyerEnv } from "./foyer-env.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** What to say where no route answered: 405 with `Allow` when the path is one of ours under another method, else 404. */
export function noSuchRoute(app: Pick<Hono<FoyerEnv>, "router">, c: Context<FoyerEnv>): Failure {
	const allowed = METHODS.filter((method) => isRoute(app, method, c.req.path));
	if (allowed.length === 0) return new Failure("NotFound", "There is nothing here.");
	// Hono answers HEAD by the GET route, and CORS answers OPTIONS everywhere.
	const allow = [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
	return new Failure("MethodNotAllowed", `This path takes ${allow}.`, { headers: { Allow: allow } });
}

/** Middleware is registered under ALL, a route under its own method. */
function isRoute(app: Pick<Hono<FoyerEnv>, "router">, method: string, path: string): boolean {
	return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}
