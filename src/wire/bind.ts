import type * as z from "zod";
import { parseGuid } from "../rooms/room-id.ts";
import { readJsv } from "./formats/jsv.ts";
import { FormatError } from "./formats/tree.ts";
import { readBoolean, readEnum, readInstant, readNumber } from "./scalars.ts";

/** A value that its member's type cannot hold, and where it stands. */
export type Misfit = { path: readonly PropertyKey[]; value: unknown };

/** What a string schema may declare of its text with `.meta({ format })`. */
export type TextFormat = "guid" | "date-time";

/** Where the value comes from, and what could not be read. In a query or a form every list is text; in a body a list is a list. */
export type Binding = { isText: boolean; misfits: Misfit[] };

type Path = readonly PropertyKey[];
type Schema = z.core.$ZodType;
type Kind = { schema: Schema; hasDefault: boolean; format: string | undefined };

/** What typed clients write for a Guid that they have not set. */
const ZERO_GUID = "0".repeat(32);

/**
 * Reads a value the way ServiceStack binds a request (reference: sections 2.3, 3, 4.3 and 8): members in any case, scalars from text, lists
 * from `a,b`, objects from JSV or JSON text, Guids in any spelling; null, the zero Guid and a 0 where there is a default are "not set".
 * What has the right form already comes back as it is. What cannot be read is added to the binding's misfits and left for the validator.
 */
export function bind(schema: Schema, value: unknown, binding: Binding, path: Path = []): unknown {
	const kind = kindOf(schema);
	if (value === null || value === undefined) return undefined;
	const { def } = kind.schema._zod;
	switch (def.type) {
		case "object":
			return bindObject(kind.schema as z.core.$ZodObject, value, binding, path);
		case "array":
			return bindList((kind.schema as z.core.$ZodArray)._zod.def.element, value, binding, path);
		case "boolean":
			return bindScalar(readBoolean, value, binding, path);
		case "number":
			return bindNumber(kind, value, binding, path);
		case "enum":
			return readEnum(Object.values((kind.schema as z.core.$ZodEnum)._zod.def.entries), one(value, binding));
		case "string":
			return bindText(kind.format, one(value, binding));
		default:
			return value;
	}
}

/** The schema inside optional, default and pipe wrappers, and what the wrappers say. */
export function kindOf(schema: Schema): Kind {
	let inner = schema;
	let hasDefault = false;
	let format: string | undefined;
	for (;;) {
		format ??= (inner as z.ZodType).meta?.()?.["format"] as string | undefined;
		const def = inner._zod.def as { type: string; innerType?: Schema; in?: Schema; out?: Schema };
		if (def.type === "default" || def.type === "prefault") hasDefault = true;
		const next = def.innerType ?? (def.in?._zod.def.type === "transform" ? def.out : def.in);
		if (!next) return { schema: inner, hasDefault, format };
		inner = next;
	}
}

function bindNumber(kind: Kind, value: unknown, binding: Binding, path: Path): unknown {
	const bound = bindScalar(readNumber, value, binding, path);
	return bound === 0 && kind.hasDefault ? undefined : bound;
}

function bindScalar<T>(read: (value: unknown) => T | undefined, value: unknown, binding: Binding, path: Path): unknown {
	const single = one(value, binding);
	if (single === "") return undefined;
	const bound = read(single);
	if (bound !== undefined) return bound;
	binding.misfits.push({ path, value: single });
	return single;
}

function bindText(format: string | undefined, value: unknown): unknown {
	if (typeof value !== "string") return value;
	if (format === "guid") return value === "" ? undefined : bindGuid(value);
	if (format === "date-time") return value === "" ? undefined : (readInstant(value) ?? value);
	return value;
}

function bindGuid(text: string): string | undefined {
	const digits = parseGuid(text) ?? text;
	return digits === ZERO_GUID ? undefined : digits;
}

/** Of a key that was repeated in a query, the first value. */
function one(value: unknown, { isText }: Binding): unknown {
	return isText && Array.isArray(value) ? value[0] : value;
}

function bindList(element: Schema, value: unknown, binding: Binding, path: Path): unknown {
	const isList = Array.isArray(value);
	if (!isList && typeof value !== "string") return value;
	const items: unknown[] = isList ? value : [value];
	const list = isList && !binding.isText ? items : items.flatMap((item) => splitText(item));
	if (list.length === 1 && list[0] === "") return undefined;
	let isChanged = list !== value;
	const bound = list.map((item, position) => {
		const read = bind(element, item, binding, [...path, position]);
		isChanged ||= read !== item;
		return read;
	});
	return isChanged ? bound : value;
}

/** `a,b`, `[a,b]` and JSON text as their elements. */
function splitText(item: unknown): unknown[] {
	if (typeof item !== "string") return [item];
	const parsed = parsedText(/^\s*\[/.test(item) ? item : `[${item}]`);
	return Array.isArray(parsed) ? parsed : item.split(",");
}

function bindObject(schema: z.core.$ZodObject, value: unknown, binding: Binding, path: Path): unknown {
	const source = typeof value === "string" ? parsedText(value) : value;
	if (typeof source !== "object" || source === null || Array.isArray(source)) {
		if (typeof value !== "string") return value;
		if (value.trim() === "") return undefined;
		binding.misfits.push({ path, value });
		return value;
	}
	const names = memberNames(schema);
	const bound: Record<string, unknown> = {};
	let isChanged = source !== value;
	for (const [key, member] of Object.entries(source)) {
		const name = names.get(key) ?? names.get(folded(key));
		const inner = name === undefined ? undefined : schema._zod.def.shape[name];
		if (name === undefined || !inner) {
			isChanged = true;
			continue;
		}
		bound[name] = bind(inner, member, binding, [...path, name]);
		isChanged ||= name !== key || bound[name] !== member;
	}
	return isChanged ? bound : value;
}

const namesOf = new WeakMap<z.core.$ZodObject, ReadonlyMap<string, string>>();

/** A schema's members by their own and by their folded spelling. */
function memberNames(schema: z.core.$ZodObject): ReadonlyMap<string, string> {
	let names = namesOf.get(schema);
	if (!names) {
		const keys = Object.keys(schema._zod.def.shape);
		names = new Map([...keys.map((key) => [folded(key), key] as const), ...keys.map((key) => [key, key] as const)]);
		namesOf.set(schema, names);
	}
	return names;
}

function folded(name: string): string {
	return name.toLowerCase().replaceAll("_", "");
}

/** JSON where it is JSON, JSV otherwise; undefined where it is neither. */
function parsedText(text: string): unknown {
	if (/^\s*(\{\s*["}]|\[\s*["{[\]])/.test(text)) {
		try {
			return JSON.parse(text);
		} catch {
			// JSV may begin like JSON.
		}
	}
	try {
		return readJsv(text);
	} catch (error) {
		if (error instanceof FormatError) return undefined;
		throw error;
	}
}
