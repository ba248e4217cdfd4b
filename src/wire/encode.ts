import type * as z from "zod";
import { kindOf } from "./bind.ts";
import { writeCsv } from "./formats/csv.ts";
import { writeJsonl } from "./formats/jsonl.ts";
import { writeJsv } from "./formats/jsv.ts";
import { camelCase, pascalCase, renameKeys } from "./formats/names.ts";
import { isObject } from "./formats/tree.ts";
import { writeXml } from "./formats/xml.ts";
import { htmlPage } from "./html.ts";
import type { Format } from "./negotiate.ts";

export type Spelling = "camel" | "pascal";

/** What is known of an answer: its operation's name and schema, its table, and how its family spells texts other than JSON. */
export type Shape = {
	name: string;
	schema: z.core.$ZodType | undefined;
	table: string | undefined;
	texts: Spelling;
};

export const contentTypes: Record<Format, string> = {
	json: "application/json; charset=utf-8",
	jsv: "text/jsv",
	csv: "text/csv",
	xml: "application/xml",
	jsonl: "text/jsonl",
	html: "text/html; charset=utf-8",
};

/** The media type of an answer as ServiceStack writes it (section 1.1); of JSV's two the one that was asked for. */
export function contentType(format: Format, accept: string | undefined): string {
	return format === "jsv" && /application\/jsv/i.test(accept ?? "") ? "application/jsv" : contentTypes[format];
}

/** An answer in a format, spelled as was asked; else JSON in camel case and the other formats as their family does. */
export function encode(value: unknown, format: Format, shape: Shape, asked: Spelling | undefined): string {
	const texts = asked ?? shape.texts;
	switch (format) {
		case "json":
			return JSON.stringify(spelled(value, asked ?? "camel"));
		case "jsv":
			return writeJsv(spelled(typed(shape.schema, value), texts));
		case "jsonl":
			return writeJsonl(spelled(table(value, shape), texts));
		case "csv":
			return writeCsv(spelled(typed(tableSchema(shape), table(value, shape)), "pascal"), header(shape));
		case "xml":
			return writeXml(spelled(value, "pascal"), {
				root: rootName(value, shape),
				namespace: NAMESPACE,
				typeOf: (path) => ({ item: itemName(shape.schema, path) }),
			});
		default:
			return htmlPage(shape.name, value);
	}
}

const NAMESPACE = "http://schemas.servicestack.net/types";

function spelled(value: unknown, spelling: Spelling): unknown {
	return renameKeys(value, spelling === "pascal" ? pascalCase : camelCase);
}

/** The part of an answer that is a table: the member the operation names, or (an error, an answer without one) the whole. */
function table(value: unknown, shape: Shape): unknown {
	return shape.table !== undefined && isObject(value) && shape.table in value ? value[shape.table] : value;
}

function tableSchema({ schema, table: name }: Shape): z.core.$ZodType | undefined {
	return name === undefined ? schema : memberOf(schema, name);
}

/** The columns of a table, so that an empty one has them too. */
function header(shape: Shape): string[] | undefined {
	const rows = tableSchema(shape);
	const inner = rows && kindOf(rows).schema;
	if (inner?._zod.def.type !== "array") return undefined;
	const row = kindOf((inner as z.core.$ZodArray)._zod.def.element).schema;
	return row._zod.def.type === "object"
		? Object.keys((row as z.core.$ZodObject)._zod.def.shape).map((name) => pascalCase(name))
		: undefined;
}

/** A copy in which texts that are instants are dates, because formats other than JSON write those in a way of their own. */
function typed(schema: z.core.$ZodType | undefined, value: unknown): unknown {
	if (!schema || value === null || value === undefined) return value;
	const { schema: inner, format } = kindOf(schema);
	if (typeof value === "string") return format === "date-time" ? new Date(value) : value;
	if (Array.isArray(value)) {
		const element = inner._zod.def.type === "array" ? (inner as z.core.$ZodArray)._zod.def.element : undefined;
		return value.map((item) => typed(element, item));
	}
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, member]) => [name, typed(memberOf(inner, name), member)]),
	);
}

function memberOf(schema: z.core.$ZodType | undefined, name: string): z.core.$ZodType | undefined {
	const inner = schema && kindOf(schema).schema;
	return inner?._zod.def.type === "object" ? (inner as z.core.$ZodObject)._zod.def.shape[name] : undefined;
}

/** The type that clients know an object by. */
export function dtoName(schema: z.core.$ZodType | undefined): string | undefined {
	for (let inner = schema; inner;) {
		const name = (inner as z.ZodType).meta?.()?.["dto"];
		if (typeof name === "string") return name;
		const def = inner._zod.def as { innerType?: z.core.$ZodType; out?: z.core.$ZodType };
		inner = def.innerType ?? def.out;
	}
	return undefined;
}

function rootName(value: unknown, shape: Shape): string {
	const isError = isObject(value) && Object.keys(value).join() === "responseStatus";
	return (!isError && dtoName(shape.schema)) || (isError ? "ErrorResponse" : shape.name);
}

/** The element that an item of a list is written as: its type's name. */
function itemName(schema: z.core.$ZodType | undefined, path: readonly string[]): string {
	let at = schema;
	for (const name of path) {
		const inner = at && kindOf(at).schema;
		at =
			inner?._zod.def.type === "array"
				? memberOf((inner as z.core.$ZodArray)._zod.def.element, camelCase(name))
				: memberOf(inner, camelCase(name));
	}
	const list = at && kindOf(at).schema;
	const element = list?._zod.def.type === "array" ? (list as z.core.$ZodArray)._zod.def.element : undefined;
	return dtoName(element) ?? "string";
}
