import { bodyLimit } from "hono/body-limit";
import type { MiddlewareHandler } from "hono";
import { Failure } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";

/** One request body: the longest message (1 MiB) even when each of its characters is escaped, and nothing larger. */
const BODY_BYTES = 2 * 1024 * 1024;

/** The seam where formats other than JSON enter and leave. Inside it everything is JSON; JSON passes through untouched. */
export const wire: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	const type = c.req.header("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
	const hasBody = c.req.raw.body !== null && c.req.header("Content-Length") !== "0";
	if (hasBody && type !== undefined && !/^application\/(json|[\w.-]+\+json)$|^text\/json$/.test(type))
		throw new Failure("UnsupportedMediaType", `Send JSON (application/json), not ${type}.`);
	// The validators inside take a body of any other type, and of none, for an empty one.
	if (hasBody && (type === undefined || type === "text/json")) c.req.raw = asJson(c.req.raw);
	await next();
};

function asJson(request: Request): Request {
	const headers = new Headers(request.headers);
	headers.set("Content-Type", "application/json");
	return new Request(request, { headers });
}

const limitBody = bodyLimit({
	maxSize: BODY_BYTES,
	onError: () => {
		throw new Failure("BodyTooLarge", "A request body holds at most 2 MiB.");
	},
});

/** Refuses a body over 2 MiB before it is read. */
export const boundedBody: MiddlewareHandler<FoyerEnv> = (c, next) =>
	c.req.method === "GET" || c.req.method === "HEAD" ? next() : limitBody(c, next);
