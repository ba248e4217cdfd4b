import { zValidator } from "@hono/zod-validator";
import type { Context, ValidationTargets } from "hono";
import { validator } from "hono/validator";
import type * as z from "zod";
import { bind, type Binding } from "../wire/bind.ts";
import { decodeBody } from "../wire/decode.ts";
import { requireBounded, takesBody } from "../wire/wire.ts";
import { Failure } from "./failure.ts";
import { fieldError } from "./field-error.ts";
import { withInput } from "./operation.ts";

/**
 * Binds and validates one part of a request: names in any case, scalars and lists from text, then the schema. What is wrong comes back as a
 * 400 that names every field, in ServiceStack's words.
 */
export function valid<Target extends keyof ValidationTargets, Schema extends z.ZodType>(
	target: Target,
	schema: Schema,
) {
	const validator = zValidator(target, schema, refuse, {
		// The library's type of this result is conditional on the schema and cannot be resolved for one that is generic.
		validationFunction: (own, value) => own.safeParse(bound(target, own, value), { reportInput: true }) as never,
	});
	return withInput(validator, { target, schema });
}

/**
 * The same for a route of all verbs, whose members may stand in the query, in a body or in both; the query goes over the body. They are
 * `c.req.valid("query")`.
 */
export function validAnywhere<Schema extends z.ZodType>(schema: Schema) {
	const handler = validator("query", async (query, c): Promise<z.output<Schema>> => {
		const inBody = present(bound("json", schema, await bodyOf(c, schema)));
		const inQuery = present(bound("query", schema, query));
		const result = schema.safeParse({ ...inBody, ...inQuery }, { reportInput: true });
		refuse(result);
		return result.data as z.output<Schema>;
	});
	return withInput(handler, { target: "json", schema });
}

/** An object, or nothing where none was sent: a typed client announces JSON also when it sends no body. */
async function bodyOf(c: Context, schema: z.ZodType): Promise<object> {
	if (c.req.raw.body === null) return {};
	const body = (takesBody(c.req.method) ? await jsonOf(c) : await unusualBody(c, schema)) ?? {};
	if (typeof body === "object" && !Array.isArray(body)) return body;
	throw new Failure("SerializationException", "The body is not an object.");
}

async function jsonOf(c: Context): Promise<unknown> {
	const text = await c.req.text();
	if (text.trim() === "") return undefined;
	try {
		return JSON.parse(text);
	} catch {
		throw new Failure("SerializationException", "The body is not valid JSON.");
	}
}

/** The body of a GET or a DELETE, which other routes never read: in any format, and kept as JSON, by which the answer is spelled. */
async function unusualBody(c: Context, schema: z.ZodType): Promise<unknown> {
	requireBounded(c.req.raw);
	const body = await decodeBody(c.req.raw, { schema });
	c.req.bodyCache.text = JSON.stringify(body ?? null);
	return body;
}

/** The same for a value that is not a whole request: a line of a file. Texts are read as in a query. */
export function checked<Schema extends z.ZodType>(
	schema: Schema,
	value: unknown,
	as: "json" | "query",
): z.output<Schema> {
	const result = schema.safeParse(bound(as, schema, value), { reportInput: true });
	refuse(result);
	return result.data as z.output<Schema>;
}

/** The members that are set. */
function present(members: unknown): object {
	return Object.fromEntries(Object.entries(members as object).filter(([, value]) => value !== undefined));
}

function refuse(result: { success: true } | { success: false; error: z.core.$ZodError }): void {
	if (result.success) return;
	const fields = result.error.issues.map((issue) => fieldError(issue));
	throw new Failure("ValidationFailed", fields[0]?.message ?? "The request is not valid.", { fields });
}

/** The value as the schema's types have it. What a query cannot mean is refused here, named as it was sent; the schema refuses the rest. */
function bound(target: keyof ValidationTargets, schema: z.ZodType, value: unknown): unknown {
	const binding: Binding = { isText: target !== "json", misfits: [] };
	const result = bind(schema, value, binding) ?? {};
	if (!binding.isText) return result;
	const fields = binding.misfits.map(({ path, value: misfit }) => {
		const fieldName = path.join(".");
		const message = `'${String(misfit).slice(0, 100)}' is an Invalid value for '${fieldName}'`;
		return { errorCode: "SerializationException", fieldName, message };
	});
	if (fields[0]) throw new Failure("SerializationException", fields[0].message, { fields });
	return result;
}
