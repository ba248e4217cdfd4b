import { Hono, type Context } from "hono";
import { open } from "../auth/authenticate.ts";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import type { DescribedRoute } from "../http/operation.ts";
import { decodeBody } from "./decode.ts";
import { formatNamed, splitSuffix, type Format } from "./negotiate.ts";
import { jsonRequest, queryMembers } from "./wire.ts";

type Members = Record<string, unknown>;
type Dispatch = (request: Request, env: Env) => Response | Promise<Response>;

/** Items of one batch; each is a request of its own. */
const BATCH = 100;
const METHODS_WITHOUT_BODY = ["GET", "HEAD", "DELETE"];
const anyone = open("the route of the operation has the guard");

/**
 * ServiceStack's predefined routes (section 4.2 of the reference): `/api/{Operation}`, `/{format}/reply/{Operation}`, `/{format}/oneway/…`, each
 * with `[]` for a batch. The operation's members may come in the query, a form or a body, which is read in the handler's format whatever its
 * type says. `dispatch` runs the route that the operation has of its own.
 */
export function predefined(routes: () => readonly DescribedRoute[], dispatch: Dispatch): Hono<FoyerEnv> {
	const answer = (format: Format | undefined, isOneWay: boolean) => (c: Context<FoyerEnv>) =>
		answerOperation(c, {
			routes: routes(),
			dispatch,
			format: format ?? formatNamed(c.req.param("format")) ?? "json",
			isOneWay,
		});
	const app = new Hono<FoyerEnv>()
		.all("/api/:operation", anyone, answer("json", false))
		.all("/:format{json|jsv|xml|csv|jsonl|html}/reply/:operation", anyone, answer(undefined, false))
		.all("/:format{json|jsv|xml|csv|jsonl|html}/oneway/:operation", anyone, answer(undefined, true));
	app.onError(respondWithStatus);
	return app;
}

type Handler = { routes: readonly DescribedRoute[]; dispatch: Dispatch; format: Format; isOneWay: boolean };

async function answerOperation(c: Context<FoyerEnv>, handler: Handler): Promise<Response> {
	const named = c.req.param("operation") ?? "";
	const isBatch = named.endsWith("[]");
	const name = (isBatch ? named.slice(0, -2) : named).toLowerCase();
	const own = handler.routes.filter(({ operation }) => operation?.name.toLowerCase() === name);
	const [first] = own;
	if (!first?.operation) throw new Failure("NotFound", "The operation does not exist for this service.");
	const url = new URL(c.req.url);
	const format = splitSuffix(url.pathname).format ?? formatNamed(url.searchParams.get("format")) ?? handler.format;
	const operation = isBatch ? { ...first.operation, answer: null } : first.operation;
	c.set("answer", { format, operation });
	const body = METHODS_WITHOUT_BODY.includes(c.req.method)
		? undefined
		: await decodeBody(c.req.raw, undefined, handler.format);
	const one = Array.isArray(body) ? (body[0] as unknown) : body;
	c.set("answer", { format, operation, firstMember: Object.keys(one ?? queryMembers(c.req.raw) ?? {})[0] });
	if (isBatch) return answerBatch(c, handler, own, body);
	const response = await run(c, handler, own, { ...queryMembers(c.req.raw), ...(body as Members | undefined) });
	return handler.isOneWay && response.ok ? c.body(null, 204) : response;
}

/** The answers of a batch in order; the first failure ends it and is the answer, with the place where it happened. */
async function answerBatch(
	c: Context<FoyerEnv>,
	handler: Handler,
	own: readonly DescribedRoute[],
	body: unknown,
): Promise<Response> {
	if (!Array.isArray(body)) throw new Failure("SerializationException", "A batch is a list of requests.");
	if (body.length > BATCH) throw new Failure("BadRequest", `A batch holds at most ${BATCH} requests.`);
	const answers: unknown[] = [];
	for (const item of body as Members[]) {
		const response = await run(c, handler, own, item);
		const answer = response.status === 204 ? {} : await response.json<Members>();
		c.header("X-AutoBatch-Completed", String(answers.length + (response.ok ? 1 : 0)));
		if (!response.ok) return c.json(withIndex(answer, answers.length), response.status as 400);
		answers.push(answer);
	}
	return handler.isOneWay ? c.body(null, 204) : c.json(answers);
}

function withIndex(answer: unknown, index: number): Members {
	const { responseStatus } = answer as { responseStatus?: Members };
	const meta = { ...(responseStatus?.["meta"] as Members | undefined), AutoBatchIndex: String(index) };
	return { responseStatus: { ...responseStatus, meta } };
}

async function run(
	c: Context<FoyerEnv>,
	{ dispatch }: Handler,
	own: readonly DescribedRoute[],
	members: Members,
): Promise<Response> {
	const route = chosen(own, c.req.method === "HEAD" ? "GET" : c.req.method, members);
	const request = requestOf(c.req.raw, route, members);
	request.headers.set("X-Request-Id", c.get("requestId"));
	const response = await dispatch(request, c.env);
	return new Response(response.body, response);
}

/** The operation's route for a method: of those whose path the members can fill, the one that takes most of them. */
function chosen(own: readonly DescribedRoute[], method: string, members: Members): DescribedRoute {
	const ofMethod = own.filter((route) => route.method === method);
	const candidates = ofMethod.length > 0 ? ofMethod : own;
	const fitting = candidates
		.filter(({ path }) => pathMembers(path).every((name) => memberOf(members, name) !== undefined))
		.sort((a, b) => pathMembers(b.path).length - pathMembers(a.path).length);
	const [best] = fitting;
	if (best) return best;
	const missing = pathMembers(candidates[0]?.path ?? "").filter((name) => memberOf(members, name) === undefined);
	const fields = missing.map((name) => ({
		errorCode: "NotEmpty",
		fieldName: name,
		message: `'${name}' must not be empty.`,
	}));
	throw new Failure("ValidationFailed", fields[0]?.message ?? "The request is not complete.", { fields });
}

function requestOf(request: Request, route: DescribedRoute, members: Members): Request {
	const url = new URL(request.url);
	url.pathname = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(memberOf(members, name) ?? ""));
	url.search = "";
	const inPath = pathMembers(route.path).map((name) => name.toLowerCase());
	const rest = Object.entries(members).filter(([name]) => !inPath.includes(name.toLowerCase()));
	const headers = new Headers(request.headers);
	headers.set("Accept", "application/json");
	if (METHODS_WITHOUT_BODY.includes(route.method)) {
		for (const [name, value] of rest) if (value !== null) url.searchParams.set(name, queryText(value));
		headers.delete("Content-Type");
		headers.delete("Content-Length");
		return new Request(url, { method: route.method, headers });
	}
	return jsonRequest(new Request(url, { method: route.method, headers }), JSON.stringify(members));
}

function queryText(value: unknown): string {
	return typeof value === "string" ? value : JSON.stringify(value);
}

function pathMembers(path: string): string[] {
	return Array.from(path.matchAll(/:(\w+)/g), ([, name = ""]) => name);
}

/** A member as the text of a path, whatever its case; the zero Guid of typed clients is none. */
function memberOf(members: Members, name: string): string | undefined {
	const value = Object.entries(members).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
	if ((typeof value !== "string" && typeof value !== "number") || value === "") return undefined;
	return /^[0-]{32,36}$/.test(String(value)) ? undefined : String(value);
}
