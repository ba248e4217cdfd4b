import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { matchedRoutes } from "hono/route";
import * as z from "zod";
import { Failure } from "../http/failure.ts";
import { responseStatus } from "../http/response-status.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { describeRoutes, inputSchema, type DescribedRoute } from "../http/operation.ts";
import { decodeBody } from "./decode.ts";
import { contentType, encode, type Shape, type Spelling } from "./encode.ts";
import { familyOf } from "./family.ts";
import { answerFormat, control, formatOfType, type Format } from "./negotiate.ts";

/** One request body: twice the longest message (1 MiB), for what JSON escapes, and nothing larger. */
const BODY_BYTES = 2 * 1024 * 1024;

/** Query members that speak to this layer and not to an operation. */
const CONTROLS: ReadonlySet<string> = new Set(["format", "jsconfig", "callback"]);

const errorResponse = z.object({ responseStatus });

/**
 * The outer half of the edge: an answer, also an error, leaves in the format that was asked for. JSON that nobody asked to be spelled
 * otherwise passes through untouched.
 */
export const encoded: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	// What `decoded` passes on is JSON, whatever came.
	const asked = c.req.raw;
	await next();
	if (c.res.status === 101) return;
	const { headers } = c.res;
	headers.append("Vary", "Accept");
	if (formatOfType(headers.get("Content-Type")) !== "json") return;
	const { url } = asked;
	const format = c.get("answer")?.format ?? answerFormat(url, asked.headers);
	const saysNothing = asked.body === null && !url.includes("?") && !c.get("answer");
	const spelling = saysNothing ? undefined : await spellingFor(c, url, format);
	headers.set("Content-Type", contentType(format, asked.headers));
	if (format !== "json" || spelling === "pascal") await encodeAnswer(c, format, spelling);
};

async function encodeAnswer(c: Context<FoyerEnv>, format: Format, spelling: Spelling | undefined): Promise<void> {
	const shape = shapeOf(c);
	if (format === "html") c.set("isPage", true);
	if (format === "csv" && c.res.ok) c.header("Content-Disposition", `attachment;filename=${shape.name}.csv`);
	const text = await c.res.text();
	const { status, headers } = c.res;
	headers.delete("Content-Length");
	c.res = undefined;
	c.res = new Response(text === "" ? null : encode(JSON.parse(text), format, shape, spelling), { status, headers });
}

/**
 * The inner half: a body over 2 MiB is refused before it is read; one of any format we read becomes JSON, and query members join it, over
 * its own. A JSON body that comes alone passes through untouched.
 */
export const decoded: MiddlewareHandler<FoyerEnv> = (c, next) => {
	if (c.req.method === "GET" || c.req.method === "HEAD") return next();
	return boundedBody(c, async () => {
		// Where no route of ours answers, a predefined one may: those read their bodies themselves, in a format of their own.
		const route = takesBody(c.req.method) ? routeOf(c) : undefined;
		if (route) await decode(c, route);
		await next();
	});
};

/** Refuses a body over 2 MiB before it is read. */
export const boundedBody: MiddlewareHandler<FoyerEnv> = bodyLimit({
	maxSize: BODY_BYTES,
	onError: () => {
		throw new Failure("BodyTooLarge", "A request body holds at most 2 MiB.");
	},
});

/** The same for the body of a GET, which must say its length: no copy of a GET can be made from what was counted. */
export function requireBounded({ method, headers }: Request): void {
	if (method !== "GET" && method !== "HEAD") return;
	const length = headers.has("Transfer-Encoding") ? null : headers.get("Content-Length");
	if (length === null || !(Number(length) <= BODY_BYTES))
		throw new Failure("BodyTooLarge", "The body of a GET holds at most 2 MiB, and Content-Length says how much.");
}

/** Whether requests of a method have a body: typed clients announce one also where they send none. */
export function takesBody(method: string): boolean {
	return !["GET", "HEAD", "DELETE", "OPTIONS"].includes(method);
}

async function decode(c: Context<FoyerEnv>, route: DescribedRoute): Promise<void> {
	const type = c.req.header("Content-Type");
	const members = queryMembers(c.req.url);
	const hasBody = c.req.raw.body !== null && c.req.header("Content-Length") !== "0";
	if (!members && !hasBody && type === undefined) return;
	const isPlain = !members && formatOfType(type) === "json" && !type?.toLowerCase().startsWith("text/");
	if (isPlain && hasBody && /\S/.test(await c.req.text())) return;
	const body = hasBody && !isPlain ? await decodeBody(c.req.raw, { schema: inputSchema(route, "json") }) : {};
	const value = body ?? {};
	const isObject = typeof value === "object" && !Array.isArray(value);
	c.req.raw = jsonRequest(c.req.raw, JSON.stringify(isObject ? { ...value, ...members } : value));
	c.req.bodyCache = {};
}

/** The request with another body, which is JSON. */
export function jsonRequest(request: Request, body: string): Request {
	const headers = new Headers(request.headers);
	headers.set("Content-Type", "application/json");
	headers.delete("Content-Length");
	return new Request(request.url, { method: request.method, headers, body });
}

/** The members that a query sets, a repeated one as a list; undefined when there are none. */
export function queryMembers(address: string): Record<string, unknown> | undefined {
	if (!address.includes("?")) return undefined;
	const members = new Map<string, string>();
	for (const [name, value] of new URL(address).searchParams) {
		if (value === "" || CONTROLS.has(name.toLowerCase())) continue;
		const before = members.get(name);
		members.set(name, before === undefined ? value : `${before},${value}`);
	}
	return members.size === 0 ? undefined : Object.fromEntries(members);
}

/** The route that answers, with what it says of itself: the first that was mounted of those that match. */
function routeOf(c: Context<FoyerEnv>): DescribedRoute | undefined {
	return describeRoutes(matchedRoutes(c))[0];
}

/** How the answer is to be spelled: as `?jsconfig=` says, in JSON else as the request is. */
async function spellingFor(c: Context<FoyerEnv>, address: string, format: Format): Promise<Spelling | undefined> {
	return spellingAsked(address) ?? (format === "json" ? spellingOfRequest(c, address) : undefined);
}

/** How names are to be spelled, as `?jsconfig=` says. */
function spellingAsked(address: string): Spelling | undefined {
	const config = control(address, "jsconfig")?.toLowerCase();
	if (config === undefined) return undefined;
	if (/\b(epcn|emitpascalcasenames|tc:pc)\b/.test(config)) return "pascal";
	return /\b(eccn|emitcamelcasenames|tc:cc)\b/.test(config) ? "camel" : undefined;
}

/** How the request spelled its own members, by the first one; so clients of either kind read what they would have written. */
async function spellingOfRequest(c: Context<FoyerEnv>, address: string): Promise<Spelling | undefined> {
	const body = await (c.req.bodyCache.text as Promise<string> | string | undefined);
	const inBody = body && /^\s*\{\s*"(\w+)"/.exec(body.slice(0, 500))?.[1];
	const first = c.get("answer")?.firstMember ?? (inBody || Object.keys(queryMembers(address) ?? {})[0]);
	if (first === undefined) return undefined;
	return /^[A-Z]/.test(first) ? "pascal" : "camel";
}

function shapeOf(c: Context<FoyerEnv>): Shape {
	const answer = c.get("answer");
	const { operation, path = c.req.path } = answer?.route ?? routeOf(c) ?? {};
	const { texts } = familyOf(path);
	const address = c.req.method === "GET" ? c.req.url : undefined;
	if (!c.res.ok) return { name: "ErrorResponse", schema: errorResponse, table: undefined, texts, address };
	const name = operation?.name ?? "Answer";
	const schema = operation?.answer ?? undefined;
	return answer?.isBatch
		? { name: `ArrayOf${name}`, schema: schema?.array(), table: undefined, texts }
		: { name, schema, table: operation?.table, texts, address };
}
