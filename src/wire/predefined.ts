import { Hono, type Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { callerFound, open } from "../auth/authenticate.ts";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { inputSchema, type DescribedRoute } from "../http/operation.ts";
import { folded } from "./bind.ts";
import { decodeBody } from "./decode.ts";
import { isObject } from "./formats/tree.ts";
import { pascalCase, words } from "./formats/names.ts";
import { formatInAddress, formatNamed } from "./negotiate.ts";
import { jsonRequest, queryMembers, takesBody } from "./wire.ts";

type Members = Record<string, unknown>;
type Dispatch = (request: Request, env: Env, context: ExecutionContext | undefined) => Response | Promise<Response>;
type Handler = { routes: () => readonly DescribedRoute[]; dispatch: Dispatch };

/** Items of one batch; each is a request of its own. */
const BATCH = 100;
/** What a client acts on besides status and body. */
const TELLING = ["WWW-Authenticate", "Retry-After", "Allow"];
/** A first segment that names a format. In a group, because Hono ties its ends to the first and the last word only. */
export const FORMAT = ":format{(?:json|jsv|xml|csv|jsonl|html)}";
const anyone = open("the route of the operation has the guard");

/**
 * ServiceStack's predefined routes (section 4.2 of the reference): `/api/{Operation}`, `/{format}/reply/{Operation}`, `/{format}/oneway/…`, each
 * with `[]` for a batch. The operation's members may come in the query, a form or a body, which is read in the handler's format whatever its
 * type says. `dispatch` runs the route that the operation has of its own.
 */
export function predefined(routes: () => readonly DescribedRoute[], dispatch: Dispatch): Hono<FoyerEnv> {
	let known: readonly DescribedRoute[] | undefined;
	const handler: Handler = { routes: () => (known ??= routes()), dispatch };
	const app = new Hono<FoyerEnv>()
		.all("/api/:operation", anyone, (c, next) => answer(c, next, handler))
		.all(`/${FORMAT}/:way{(?:reply|oneway)}/:operation`, anyone, (c, next) => answer(c, next, handler));
	app.onError(respondWithStatus);
	return app;
}

async function answer(c: Context<FoyerEnv>, next: () => Promise<void>, handler: Handler): Promise<Response | void> {
	const named = c.req.param("operation") ?? "";
	const isBatch = named.endsWith("[]");
	const name = (isBatch ? named.slice(0, -2) : named).toLowerCase();
	const own = handler.routes().filter(({ operation }) => operation?.name.toLowerCase() === name);
	const [route] = own;
	const ofHandler = formatNamed(c.req.param("format")) ?? "json";
	const format = formatInAddress(c.req.url) ?? ofHandler;
	c.set("answer", { format, route, isBatch });
	if (!route) return next();
	const schema = own.map((one) => inputSchema(one, "json")).find((one) => one !== undefined);
	const expected = { format: ofHandler === "html" ? ("json" as const) : ofHandler, schema, isBatch };
	const body = takesBody(c.req.method) ? await decodeBody(c.req.raw, expected) : undefined;
	const bodies = (isBatch ? ((body as unknown[] | undefined) ?? []) : [body]).map(membersOf);
	const [firstMember] = Object.keys({ ...bodies[0], ...queryMembers(c.req.url) });
	c.set("answer", { format, route, isBatch, firstMember });
	const response = isBatch
		? await answerBatch(c, handler, own, bodies)
		: await run(c, handler, own, { ...queryMembers(c.req.url), ...bodies[0] });
	return c.req.param("way")?.toLowerCase() === "oneway" && response.ok ? c.body(null, 204) : response;
}

/** The members that a body sets. */
function membersOf(body: unknown): Members {
	if (body === undefined || body === null) return {};
	if (isObject(body)) return body;
	throw new Failure("SerializationException", "The request must be an object.");
}

/** The answers of a batch in order; the first failure ends it and is the answer, with the place where it happened. */
async function answerBatch(
	c: Context<FoyerEnv>,
	handler: Handler,
	own: readonly DescribedRoute[],
	bodies: readonly Members[],
): Promise<Response> {
	if (bodies.length > BATCH) throw new Failure("BadRequest", `A batch holds at most ${BATCH} requests.`);
	const answers: unknown[] = [];
	c.header("X-AutoBatch-Completed", "0");
	for (const members of bodies) {
		const response = await run(c, handler, own, members);
		const answer = JSON.parse((await response.text()) || "{}") as Members;
		if (!response.ok) {
			for (const name of TELLING) c.header(name, response.headers.get(name) ?? undefined);
			return c.json(withIndex(answer, answers.length), response.status as ContentfulStatusCode);
		}
		answers.push(answer);
		c.header("X-AutoBatch-Completed", String(answers.length));
	}
	return c.json(answers);
}

function withIndex({ responseStatus }: { responseStatus?: Members }, index: number): Members {
	const meta = { ...(responseStatus?.["meta"] as Members | undefined), AutoBatchIndex: String(index) };
	return { responseStatus: { ...responseStatus, meta } };
}

async function run(
	c: Context<FoyerEnv>,
	{ dispatch }: Handler,
	own: readonly DescribedRoute[],
	members: Members,
): Promise<Response> {
	const route = routeFor(own, c.req.method === "HEAD" ? "GET" : c.req.method, members);
	const request = requestOf(c.req.raw, route, members);
	request.headers.set("X-Request-Id", c.get("requestId"));
	const response = await dispatch(request, c.env, executionOf(c));
	c.set("principal", callerFound(request));
	return response.status === 101 ? response : new Response(response.body, response);
}

/** Hono throws where there is none. */
function executionOf(c: Context<FoyerEnv>): ExecutionContext | undefined {
	try {
		return c.executionCtx as ExecutionContext;
	} catch {
		return undefined;
	}
}

/**
 * The operation's route for a method: of those whose path the members can fill, the one that takes most of them. POST, which is how clients
 * send whatever is no GET, also stands for the one verb of an operation that has no POST. Where the last segment of the path says what to
 * do, the name of the operation does not.
 */
function routeFor(own: readonly DescribedRoute[], method: string, members: Members): DescribedRoute {
	const ofMethod = own.filter((route) => route.method === method);
	const hasOneVerb = new Set(own.map((route) => route.method)).size === 1;
	const candidates = ofMethod.length === 0 && method === "POST" && hasOneVerb ? own : ofMethod;
	if (candidates.length === 0) throw wrongMethod(own);
	const fitting = candidates
		.filter(({ path }) => pathMembers(path).every((name) => memberOf(members, name) !== undefined))
		.sort((a, b) => pathMembers(b.path).length - pathMembers(a.path).length);
	const [best, next] = fitting;
	if (!best) throw incomplete(candidates[0]?.path ?? "", members);
	if (next && pathMembers(next.path).length === pathMembers(best.path).length) throw ambiguous(candidates);
	return best;
}

function incomplete(path: string, members: Members): Failure {
	const missing = pathMembers(path).filter((name) => memberOf(members, name) === undefined);
	const fields = missing.map((name) => {
		const message = `'${words(pascalCase(name))}' must not be empty.`;
		return { errorCode: "NotEmpty", fieldName: pascalCase(name), message };
	});
	return new Failure("ValidationFailed", fields[0]?.message ?? "The request is not complete.", { fields });
}

function ambiguous(candidates: readonly DescribedRoute[]): Failure {
	const paths = candidates.map(({ path }) => path.replace(/:(\w+)/g, "{$1}")).join(", ");
	return new Failure("BadRequest", `The name of this operation does not say what to do; call one of ${paths}.`);
}

function wrongMethod(own: readonly DescribedRoute[]): Failure {
	const allow = [...new Set([...own.map(({ method }) => method), "POST", "OPTIONS"])].join(", ");
	return new Failure("MethodNotAllowed", `This operation takes ${allow}.`, { headers: { Allow: allow } });
}

/** The request that the operation's own route answers. */
function requestOf(request: Request, route: DescribedRoute, members: Members): Request {
	const url = new URL(request.url);
	url.pathname = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(memberOf(members, name) ?? ""));
	const inPath = new Set(pathMembers(route.path).map(folded));
	const hasBody = takesBody(route.method);
	const inQuery = hasBody ? queryNames(route) : undefined;
	const query = Object.entries(members)
		.filter(([name, value]) => value !== null && !inPath.has(folded(name)) && (inQuery?.has(folded(name)) ?? true))
		.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
	// As a whole: an address is written anew with each member that is set on it.
	url.search = new URLSearchParams(query).toString();
	const headers = new Headers(request.headers);
	headers.set("Accept", "application/json");
	if (hasBody) return jsonRequest(new Request(url, { method: route.method, headers }), JSON.stringify(members));
	headers.delete("Content-Type");
	headers.delete("Content-Length");
	return new Request(url, { method: route.method, headers });
}

/** The members that a route takes from the query also where it has a body. */
function queryNames(route: DescribedRoute): ReadonlySet<string> {
	const shape = (inputSchema(route, "query") as { shape?: object } | undefined)?.shape;
	return new Set(Object.keys(shape ?? {}).map(folded));
}

function pathMembers(path: string): string[] {
	return Array.from(path.matchAll(/:(\w+)/g), ([, name = ""]) => name);
}

/** A member as the text of a path, however it is spelled; the zero Guid of typed clients is none. */
function memberOf(members: Members, name: string): string | undefined {
	const value = Object.entries(members).find(([key]) => folded(key) === folded(name))?.[1];
	if ((typeof value !== "string" && typeof value !== "number") || value === "") return undefined;
	return /^[0-]{32,36}$/.test(String(value)) ? undefined : String(value);
}
