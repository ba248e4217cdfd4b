import type { Context, Handler, MiddlewareHandler } from "hono";
import { findTargetHandler } from "hono/utils/handler";
import { Failure } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { principalOfJwt } from "./issuers.ts";
import { keyIdOf } from "./key-format.ts";
import { principalOfKey } from "./keys.ts";
import { allows, type Permission } from "./permissions.ts";
import type { Principal } from "./principal.ts";

/** How a route is guarded: a permission, or the reason why nobody needs one. */
export type Access = { permission: Permission } | { open: string };

const ACCESS = Symbol("access");

const callers = new WeakMap<Request, Principal>();

/** The guard a middleware stands for, if it is one. `app.ts` refuses to start with a route that has none. */
function accessOf(handler: unknown): Access | undefined {
	return typeof handler === "function" ? (handler as { [ACCESS]?: Access })[ACCESS] : undefined;
}

function guard(access: Access, handler: MiddlewareHandler<FoyerEnv>): MiddlewareHandler<FoyerEnv> {
	return Object.assign(handler, { [ACCESS]: access });
}

/** Lets through who holds the permission. 401 without a good credential, 403 without the right role. */
export function requires(permission: Permission): MiddlewareHandler<FoyerEnv> {
	return guard({ permission }, async (c, next) => {
		await permitted(c, permission);
		await next();
	});
}

/** The caller, if it holds the permission; for routes where it depends on the request whether one is needed. */
export async function permitted(c: Context<FoyerEnv>, permission: Permission): Promise<Principal> {
	const principal = await authenticated(c);
	if (!allows(principal.roles, permission)) throw new Failure("Forbidden", "Your role does not allow this.");
	return principal;
}

/** The caller, whatever it may do. */
export async function authenticated(c: Context<FoyerEnv>): Promise<Principal> {
	const principal = await authenticate(c);
	if (!principal) throw unauthorized("Send a token or an API key: `Authorization: Bearer …` or `X-Api-Key: …`.");
	return principal;
}

/** Names a route that anybody may call, and why. */
export function open(reason: string): MiddlewareHandler<FoyerEnv> {
	return guard({ open: reason }, (_, next) => next());
}

/** A 401, with the challenge that belongs to it. */
export function unauthorized(message: string, code: "Unauthorized" | "TokenException" = "Unauthorized"): Failure {
	return new Failure(code, message, { headers: { "WWW-Authenticate": 'Bearer realm="foyer"' } });
}

/** Who calls, by the credential of the request; undefined without a good one. Also sets `principal` for the log line. */
async function authenticate(c: Context<FoyerEnv>): Promise<Principal | undefined> {
	const principal = await principalOfRequest(c.env, c.req.raw.headers);
	c.set("principal", principal);
	if (principal) callers.set(c.req.raw, principal);
	return principal;
}

/** Who was found to have sent a request that a predefined route handed on. */
export function callerFound(request: Request): Principal | undefined {
	return callers.get(request);
}

/** The caller that a route guarded by `requires` can count on. */
export function principal(c: Context<FoyerEnv>): Principal {
	const found = c.get("principal");
	if (!found) throw new Error("a route asked for a principal without a guard");
	return found;
}

async function principalOfRequest(env: Env, headers: Headers): Promise<Principal | undefined> {
	const credential = headers.get("X-Api-Key") || credentialOf(headers.get("Authorization"));
	if (credential === undefined) return undefined;
	return keyIdOf(credential) === undefined ? principalOfJwt(env, credential) : principalOfKey(env, credential);
}

/** The token of `Bearer`, or the user name of `Basic` (an API key). Other schemes are not for staff routes. */
function credentialOf(header: string | null): string | undefined {
	const [scheme = "", value = ""] = header?.split(" ", 2) ?? [];
	switch (scheme.toLowerCase()) {
		case "bearer":
			return value;
		case "basic":
			return basicUser(value);
		default:
			return undefined;
	}
}

function basicUser(value: string): string | undefined {
	try {
		return atob(value).split(":", 1)[0];
	} catch {
		return undefined;
	}
}

/** Throws when a route is neither guarded nor named open: deny by default, found at start-up and so at deployment. */
export function assertGuarded(app: { routes: readonly { method: string; path: string; handler: unknown }[] }): void {
	for (const [route, access] of accessByRoute(app)) if (!access) throw new Error(`${route} has no guard`);
}

/** The guard of each route, by `METHOD /path`. */
export function accessByRoute(app: {
	routes: readonly { method: string; path: string; handler: unknown }[];
}): Map<string, Access | undefined> {
	const guards = new Map<string, Access | undefined>();
	for (const { method, path, handler } of app.routes) {
		if (method === "ALL") continue;
		const name = `${method} ${path}`;
		guards.set(name, guards.get(name) ?? accessOf(findTargetHandler(handler as Handler)));
	}
	return guards;
}
