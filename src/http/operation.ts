import type { Handler, MiddlewareHandler, ValidationTargets } from "hono";
import { findTargetHandler } from "hono/utils/handler";
import type * as z from "zod";
import { accessByRoute, type Access } from "../auth/authenticate.ts";
import type { FoyerEnv } from "./foyer-env.ts";

/** What ServiceStack's clients and the descriptions know of a route. Several routes may be one operation. */
export type Operation = {
	/** The name of the request type: what clients send to `/api/{name}`. */
	name: string;
	/** One sentence, for people. */
	summary: string;
	/** What a success answers; null is 204 without a body. */
	answer: z.ZodType | null;
	/** What a success answers with, if not 200. */
	status?: number;
	/** The member of the answer that is the table in CSV and the lines in JSONL; without one the whole answer is one row. */
	table?: string;
	/** The media type of an answer that is a file, in none of the formats. */
	media?: string;
};

type Input = { target: keyof ValidationTargets; schema: z.ZodType };

/** One route with all that its middleware says of it. */
export type DescribedRoute = {
	method: string;
	/** As Hono spells it: `/v1/Chat/:ChatId`. */
	path: string;
	access: Access | undefined;
	operation: Operation | undefined;
	inputs: Input[];
};

const OPERATION = Symbol("operation");
const INPUT = Symbol("input");

type Marked = { [OPERATION]?: Operation; [INPUT]?: Input };

/** Says which operation a route is (part of). Costs nothing at run time. */
export function operation(described: Operation): MiddlewareHandler<FoyerEnv> {
	const handler: MiddlewareHandler<FoyerEnv> = (_, next) => next();
	return Object.assign(handler, { [OPERATION]: described });
}

/** Hangs the schema it validates on a validator, so that the descriptions are made from what is checked. */
export function withInput<T extends object>(handler: T, input: Input): T {
	return Object.assign(handler, { [INPUT]: input });
}

/** The schema of what a route takes from one part of a request. */
export function inputSchema(route: DescribedRoute, target: keyof ValidationTargets): z.ZodType | undefined {
	return route.inputs.find((input) => input.target === target)?.schema;
}

/** The routes of an app, each once, in the order they were mounted. */
export function describeRoutes(
	routes: readonly { method: string; path: string; handler: unknown }[],
): DescribedRoute[] {
	const guards = accessByRoute({ routes });
	const described = new Map<string, DescribedRoute>();
	for (const { method, path, handler } of routes) {
		if (method === "ALL") continue;
		const key = `${method} ${path}`;
		const route = described.get(key) ?? { method, path, access: guards.get(key), operation: undefined, inputs: [] };
		described.set(key, route);
		const marks = findTargetHandler(handler as Handler) as Marked;
		route.operation ??= marks[OPERATION];
		if (marks[INPUT]) route.inputs.push(marks[INPUT]);
	}
	return [...described.values()];
}
