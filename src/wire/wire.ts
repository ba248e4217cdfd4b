import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { matchedRoutes } from "hono/route";
import { Failure } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { describeRoutes, type DescribedRoute } from "../http/operation.ts";
import { decodeBody } from "./decode.ts";
import { contentTypes, encode, type Spelling } from "./encode.ts";
import { answerFormat, formatOfType, type Format } from "./negotiate.ts";

/** One request body: the longest message (1 MiB) even when each of its characters is escaped, and nothing larger. */
const BODY_BYTES = 2 * 1024 * 1024;

/** Query members that speak to this layer and not to an operation. */
const CONTROLS: ReadonlySet<string> = new Set(["format", "jsconfig", "callback"]);

/**
 * The outer half of the edge: an answer, also an error, leaves in the format that was asked for. JSON that nobody asked to be spelled
 * otherwise passes through untouched.
 */
export const encoded: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	await next();
	if (c.res.status === 101) return;
	c.header("Vary", "Accept", { append: true });
	const negotiated = answerFormat(c.req.raw);
	const format = c.get("answer")?.format ?? negotiated.format;
	const spelling = spellingAsked(c) ?? (format === "json" ? await spellingOfRequest(c) : undefined);
	if (format === "json" && spelling !== "pascal") return;
	if (formatOfType(c.res.headers.get("Content-Type")) !== "json") return;
	const asked = format === negotiated.format ? negotiated.asked : undefined;
	await encodeAnswer(c, format, asked, spelling);
};

/**
 * The inner half: a body of any format we read becomes JSON, and query members join it, over its own. A JSON body that comes alone passes
 * through untouched.
 */
export const decoded: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	const hasBody = c.req.raw.body !== null && c.req.header("Content-Length") !== "0";
	const takesBody = c.req.method !== "GET" && c.req.method !== "HEAD" && c.req.method !== "DELETE";
	if (takesBody) {
		const members = queryMembers(c.req.raw);
		const isJson = hasBody && formatOfType(c.req.header("Content-Type")) === "json";
		if (members || (hasBody && !isJson)) await decode(c, members ?? {});
		else if (isJson && c.req.header("Content-Type")?.startsWith("text/"))
			c.req.raw = jsonRequest(c.req.raw, c.req.raw.body);
	}
	await next();
};

async function decode(c: Context<FoyerEnv>, members: Record<string, unknown>): Promise<void> {
	// A predefined route reads its body itself, in a format of its own.
	if (matchedRoutes(c).some(({ path }) => path.endsWith("/:operation"))) return;
	const schema = routeOf(c)?.inputs.find(({ target }) => target === "json")?.schema;
	const value = (await decodeBody(c.req.raw, schema)) ?? {};
	const isObject = typeof value === "object" && !Array.isArray(value);
	c.req.raw = jsonRequest(c.req.raw, JSON.stringify(isObject ? { ...value, ...members } : value));
	c.req.bodyCache = {};
}

/** The request with another body, which is JSON. */
export function jsonRequest(request: Request, body: BodyInit | null): Request {
	const headers = new Headers(request.headers);
	headers.set("Content-Type", "application/json");
	headers.delete("Content-Length");
	return new Request(request.url, { method: request.method, headers, body });
}

/** The members that a query sets, a repeated one as a list; undefined when there are none. */
export function queryMembers(request: Request): Record<string, unknown> | undefined {
	const { search, searchParams } = new URL(request.url);
	if (search === "") return undefined;
	const names = [...new Set(searchParams.keys())].filter((name) => !CONTROLS.has(name.toLowerCase()));
	const members = names.flatMap((name) => {
		const values = searchParams.getAll(name).filter((value) => value !== "");
		return values.length === 0 ? [] : [[name, values.length === 1 ? values[0] : values.join(",")] as const];
	});
	return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** The route that answers, with what it says of itself. */
function routeOf(c: Context<FoyerEnv>): DescribedRoute | undefined {
	return describeRoutes(matchedRoutes(c)).at(-1);
}

/** How names are to be spelled, as `?jsconfig=` says. */
function spellingAsked(c: Context<FoyerEnv>): Spelling | undefined {
	const config = new URL(c.req.url).searchParams.get("jsconfig")?.toLowerCase() ?? "";
	if (/\b(epcn|emitpascalcasenames|tc:pc)\b/.test(config)) return "pascal";
	return /\b(eccn|emitcamelcasenames|tc:cc)\b/.test(config) ? "camel" : undefined;
}

/** How the request spelled its own members, by the first one; so clients of either kind read what they would have written. */
async function spellingOfRequest(c: Context<FoyerEnv>): Promise<Spelling | undefined> {
	const body = await (c.req.bodyCache.text as Promise<string> | string | undefined);
	const inBody = /^\s*\[?\s*\{\s*"(\w+)"/.exec(body?.slice(0, 500) ?? "")?.[1];
	const first = c.get("answer")?.firstMember ?? inBody ?? Object.keys(queryMembers(c.req.raw) ?? {})[0];
	if (first === undefined) return undefined;
	return /^[A-Z]/.test(first) ? "pascal" : "camel";
}

async function encodeAnswer(
	c: Context<FoyerEnv>,
	format: Format,
	asked: string | undefined,
	spelling: Spelling | undefined,
): Promise<void> {
	const text = await c.res.text();
	const operation = c.get("answer")?.operation ?? routeOf(c)?.operation;
	const shape = {
		name: operation?.name ?? "Answer",
		schema: operation?.answer ?? undefined,
		table: operation?.table,
		// The directory spells all its texts in camel case, the other families theirs in Pascal (section 0.1 of the reference).
		texts: c.req.path.toLowerCase().startsWith("/customers") ? ("camel" as const) : ("pascal" as const),
	};
	const headers = new Headers(c.res.headers);
	headers.delete("Content-Length");
	headers.set("Content-Type", format === "jsv" && asked === "application/jsv" ? asked : contentTypes[format]);
	if (format === "csv") headers.set("Content-Disposition", `attachment;filename=${shape.name}.csv`);
	const { status } = c.res;
	const body = text === "" ? null : encode(JSON.parse(text), format, shape, spelling);
	c.res = undefined;
	c.res = new Response(body, { status, headers });
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
