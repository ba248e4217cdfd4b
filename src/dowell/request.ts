import type * as z from "zod";
import { invalid, Refused, refusedEarly } from "./envelope.ts";
import { errorsOf, type Fields } from "./schema.ts";

const FORMS = ["application/x-www-form-urlencoded", "multipart/form-data"];
/** A GET that deletes has three short fields. */
const GET_BODY_BYTES = 4096;

/** The methods and headers that pages of other origins may use. */
export const preflight = {
	"Access-Control-Allow-Methods": "DELETE, GET, OPTIONS, PATCH, POST, PUT",
	"Access-Control-Allow-Headers":
		"accept, accept-encoding, authorization, content-type, dnt, origin, user-agent, x-api-key, x-csrftoken, x-requested-with",
	"Access-Control-Max-Age": "86400",
};

/** The fields of a body: JSON, a form or multipart, the last of a repeated key. No body is no fields. */
export async function fieldsOf(request: Request): Promise<Fields> {
	if (request.body === null) return {};
	const contentType = request.headers.get("Content-Type") ?? "";
	const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
	if (FORMS.includes(type)) return formOf(request);
	const bytes = await request.arrayBuffer();
	if (bytes.byteLength === 0) return {};
	if (type !== "application/json") throw refusedEarly(415, `Unsupported media type "${contentType}" in request.`);
	return objectOf(parse(bytes));
}

/** The fields of a GET: its query, where the last of a repeated key counts, over the JSON body that the README shows for `delete_room`. */
export async function fieldsOfGet(request: Request): Promise<Fields> {
	const length = Number(request.headers.get("Content-Length") ?? 0);
	if (length > GET_BODY_BYTES) throw refusedEarly(413, `The body of a GET holds at most ${GET_BODY_BYTES} bytes.`);
	return { ...(length > 0 ? await fieldsOf(request) : {}), ...queryOf(request) };
}

/** The query, the last of a repeated key. */
export function queryOf(request: Request): Record<string, string> {
	return Object.fromEntries(new URL(request.url).searchParams);
}

/** True when a client that sends this `Accept` takes JSON. */
export function acceptsJson(accept: string | undefined): boolean {
	if (accept === undefined || accept.trim() === "") return true;
	return accept
		.split(",")
		.some((range) => /^\s*(\*|application)\/(\*|json)\s*(;(?!.*\bq=0(\.0*)?\s*(;|$)).*)?$/i.test(range));
}

/** The fields as a schema has them; else what is wrong with each. */
export function checked<T>(schema: z.ZodType<T>, fields: Fields, refuse = invalid): T {
	const result = schema.safeParse(fields);
	if (result.success) return result.data;
	throw refuse(errorsOf(result.error));
}

/**
 * The fields of a room to be opened. The deployed code answered whatever was wrong with a 200 and one text; only objects, which it
 * handed to its database as queries, are a 400 here.
 */
export function checkedRoom<T>(schema: z.ZodType<T>, fields: Fields, message: string): T {
	return checked(schema, fields, (errors) => {
		const isQuery = Object.keys(errors).some((field) => typeof fields[field] === "object" && fields[field] !== null);
		return isQuery ? invalid(errors) : new Refused(200, message, { errors });
	});
}

async function formOf(request: Request): Promise<Fields> {
	try {
		return Object.fromEntries(await request.formData());
	} catch (error) {
		throw refusedEarly(400, `Multipart form parse error - ${reason(error)}`);
	}
}

function parse(bytes: ArrayBuffer): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
	} catch (error) {
		throw refusedEarly(400, `JSON parse error - ${reason(error)}`);
	}
}

function objectOf(json: unknown): Fields {
	if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Fields;
	const got = Array.isArray(json) ? "list" : json === null ? "null" : typeof json;
	throw invalid({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${got}.`] });
}

function reason(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
