import type * as z from "zod";
import { kindOf } from "./bind.ts";
import { writeCsv } from "./formats/csv.ts";
import { writeJsonl } from "./formats/jsonl.ts";
import { writeJsv } from "./formats/jsv.ts";
import { camelCase, pascalCase, renameKeys } from "./formats/names.ts";
import { isObject } from "./formats/tree.ts";
import { writeXml } from "./formats/xml.ts";
import { answerPage } from "./answer-page.ts";
import type { Format } from "./negotiate.ts";

type Schema = z.core.$ZodType;

export type Spelling = "camel" | "pascal";

/**
 * What is known of an answer: its operation's name and schema, its table, how its family spells texts other than JSON, and (of one that may be
 * asked for again) its address.
 */
export type Shape = {
	name: string;
	schema: Schema | undefined;
	table: string | undefined;
	texts: Spelling;
	address?: string | undefined;
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
export function contentType(format: Format, asking: Headers): string {
	return format === "jsv" && /application\/jsv/i.test(asking.get("Accept") ?? "")
		? "application/jsv"
		: contentTypes[format];
}

/** An answer in a format, spelled as was asked; else JSON in camel case and the other formats as their family does. */
export function encode(value: unknown, format: Format, shape: Shape, asked: Spelling | undefined): string {
	const texts = asked ?? shape.texts;
	switch (format) {
		case "json":
			return JSON.stringify(spelled(value, asked ?? "camel", shape.schema));
		case "jsv":
			return writeJsv(spelled(typed(shape.schema, value), texts, shape.schema));
		case "jsonl":
			return writeJsonl(spelled(table(value, shape), texts, tableSchema(shape)));
		case "csv":
			return writeCsv(
				spelled(typed(tableSchema(shape), table(value, shape)), "pascal", tableSchema(shape)),
				header(shape),
			);
		case "xml":
			return writeXml(spelled(value, "pascal", shape.schema), {
				root: dtoName(shape.schema) ?? shape.name,
				namespace: NAMESPACE,
				typeOf: (path) => ({ item: itemName(shape.schema, path) }),
			});
		default:
			return answerPage(shape.name, value, shape.address);
	}
}

const NAMESPACE = "http://schemas.servicestack.net/types";

/** A copy whose members are spelled another way; the keys of a dictionary are nobody's members and stay. */
function spelled(value: unknown, spelling: Spelling, schema?: Schema): unknown {
	const rename = spelling === "pascal" ? pascalCase : camelCase;
	if (!schema) return renameKeys(value, rename);
	if (Array.isArray(value)) return value.map((item) => spelled(item, spelling, elementOf(schema)));
	const { schema: inner } = kindOf(schema);
	if (!isObject(value) || inner._zod.def.type === "unknown") return value;
	if (inner._zod.def.type === "record") {
		const { valueType } = (inner as z.core.$ZodRecord)._zod.def;
		return mapMembers(value, (name, member) => [name, spelled(member, spelling, valueType)]);
	}
	return mapMembers(value, (name, member) => [rename(name), spelled(member, spelling, memberOf(inner, name))]);
}

function mapMembers(
	value: Record<string, unknown>,
	change: (name: string, member: unknown) => [name: string, member: unknown],
): Record<string, unknown> {
	return Object.fromEntries(Object.entries(value).map(([name, member]) => change(name, member)));
}

/** The part of an answer that is a table: the member the operation names, or (an error, an answer without one) the whole. */
function table(value: unknown, shape: Shape): unknown {
	return shape.table !== undefined && isObject(value) && shape.table in value ? value[shape.table] : value;
}

function tableSchema({ schema, table: name }: Shape): Schema | undefined {
	return name === undefined ? schema : memberOf(schema, name);
}

/** The columns of a table, so that an empty one has them too. */
function header(shape: Shape): string[] | undefined {
	const row = elementOf(tableSchema(shape));
	const inner = row && kindOf(row).schema;
	return inner?._zod.def.type === "object"
		? Object.keys((inner as z.core.$ZodObject)._zod.def.shape).map((name) => pascalCase(name))
		: undefined;
}

/** A copy in which texts that are instants are dates, because formats other than JSON write those in a way of their own. */
function typed(schema: Schema | undefined, value: unknown): unknown {
	if (!schema || value === null || value === undefined) return value;
	if (typeof value === "string") return kindOf(schema).format === "date-time" ? new Date(value) : value;
	if (Array.isArray(value)) return value.map((item) => typed(elementOf(schema), item));
	return isObject(value) ? mapMembers(value, (name, member) => [name, typed(memberOf(schema, name), member)]) : value;
}

function memberOf(schema: Schema | undefined, name: string): Schema | undefined {
	const inner = schema && kindOf(schema).schema;
	if (inner?._zod.def.type === "record") return (inner as z.core.$ZodRecord)._zod.def.valueType;
	return inner?._zod.def.type === "object" ? (inner as z.core.$ZodObject)._zod.def.shape[name] : undefined;
}

function elementOf(schema: Schema | undefined): Schema | undefined {
	const inner = schema && kindOf(schema).schema;
	return inner?._zod.def.type === "array" ? (inner as z.core.$ZodArray)._zod.def.element : undefined;
}

/** The type that clients know an object by. */
function dtoName(schema: Schema | undefined): string | undefined {
	for (let inner = schema; inner;) {
		const name = (inner as z.ZodType).meta?.()?.["dto"];
		if (typeof name === "string") return name;
		const def = inner._zod.def as { innerType?: Schema; getter?: () => Schema; out?: Schema };
		inner = def.innerType ?? def.getter?.() ?? def.out;
	}
	return undefined;
}

/** The element that an item of a list is written as: its type's name. */
function itemName(schema: Schema | undefined, path: readonly string[]): string {
	const list = path.reduce((at, name) => memberOf(elementOf(at) ?? at, camelCase(name)), schema);
	return dtoName(elementOf(list)) ?? "string";
}
