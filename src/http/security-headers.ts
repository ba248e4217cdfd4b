import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { FoyerEnv } from "./foyer-env.ts";
import type { Html } from "./html.ts";

const strict = secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } });

/** What a page of ours may do: use files of its own origin. Nothing inline, nothing from elsewhere. */
const PAGE_POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join("; ");

/** Strict headers on every answer. No answer may load anything, but a page what is its own. */
export const securityHeaders: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	await strict(c, next);
	const policy = c.get("policy") ?? (c.get("isPage") ? PAGE_POLICY : undefined);
	if (policy !== undefined) c.header("Content-Security-Policy", policy);
	if (c.get("isShared")) c.header("Cross-Origin-Resource-Policy", "cross-origin");
};

/** Answers with a page. */
export function page(c: Context<FoyerEnv>, content: Html): Response {
	c.set("isPage", true);
	return c.html(`<!doctype html>${content.markup}`);
}
