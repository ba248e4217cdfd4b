import type * as z from "zod";
import { Failure } from "../http/failure.ts";
import { parseGuid, ZERO_GUID } from "../rooms/room-id.ts";
import { readJsv } from "./formats/jsv.ts";
import { defaultLimits, FormatError, isObject } from "./formats/tree.ts";
import { readBoolean, readEnum, readInstant, readNumber } from "./scalars.ts";

/** A value that its member's type cannot hold, and where it stands. */
type Misfit = { path: readonly PropertyKey[]; value: unknown };

/** Where the value comes from, and what could not be read. In a query or a form every list is text; in a body a list is a list. */
export type Binding = { isText: boolean; misfits: Misfit[] };

type Path = readonly PropertyKey[];
type Schema = z.core.$ZodType;
type Kind = { schema: Schema; hasDefault: boolean; format: string | undefined };
type Wrapper = { type: string; innerType?: Schema; getter?: () => Schema; in?: Schema; out?: Schema };

/**
 * Reads a value the way ServiceStack binds a request (reference: sections 2.3, 3, 4.3 and 8): members in any case, scalars from text, lists
 * from `a,b`, objects from JSV or JSON text, Guids in any spelling; null, the zero Guid, a 0 where there is a default and in a query the
 * empty text are "not set". What has the right form already comes back as it is. What cannot be read is added to the binding's misfits and
 * left for the validator. Throws 400 where a type that holds itself goes deeper than bodies of other formats may.
 */
export function bind(schema: Schema, given: unknown, binding: Binding, path: Path = []): unknown {
	const kind = kindOf(schema);
	const { def } = kind.schema._zod;
	const value = binding.isText && def.type !== "array" ? one(given) : given;
	if (value === null || value === undefined || (value === "" && binding.isText)) return undefined;
	if (path.length > defaultLimits.maxDepth)
		throw new Failure("SerializationException", `The request is nested more than ${defaultLimits.maxDepth} deep.`);
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
			return bindEnum(kind.schema as z.core.$ZodEnum, value, binding, path);
		case "record":
			return bindRecord((kind.schema as z.core.$ZodRecord)._zod.def.valueType, value, binding, path);
		case "string":
			return bindText(kind.format, value);
		default:
			return value;
	}
}

/** The schema inside lazy, optional, default and pipe wrappers, and what the wrappers say. */
export function kindOf(schema: Schema): Kind {
	let inner = schema;
	let hasDefault = false;
	let format: string | undefined;
	for (;;) {
		format ??= (inner as z.ZodType).meta?.()?.["format"] as string | undefined;
		const def = inner._zod.def as Wrapper;
		if (def.type === "default" || def.type === "prefault") hasDefault = true;
		const next = def.innerType ?? def.getter?.() ?? (def.in?._zod.def.type === "transform" ? def.out : def.in);
		if (!next) return { schema: inner, hasDefault, format };
		inner = next;
	}
}

function bindNumber(kind: Kind, value: unknown, binding: Binding, path: Path): unknown {
	const bound = bindScalar(readNumber, value, binding, path);
	return bound === 0 && kind.hasDefault ? undefined : bound;
}

function bindScalar<T>(read: (value: unknown) => T | undefined, value: unknown, binding: Binding, path: Path): unknown {
	if (value === "") return undefined;
	const bound = read(value);
	if (bound !== undefined) return bound;
	binding.misfits.push({ path, value });
	return value;
}

function bindEnum(schema: z.core.$ZodEnum, value: unknown, { misfits }: Binding, path: Path): unknown {
	const names = Object.values(schema._zod.def.entries);
	const bound = readEnum(names, value);
	if (!names.some((name) => name === bound)) misfits.push({ path, value });
	return bound;
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

/** Of a key that was repeated in a query, the first value that is not empty. */
function one(value: unknown): unknown {
	return Array.isArray(value) ? value.find((item) => item !== "") : value;
}

function bindList(element: Schema, value: unknown, binding: Binding, path: Path): unknown {
	const isList = Array.isArray(value);
	if (!isList && typeof value !== "string") return value;
	const items: unknown[] = isList ? value : [value];
	const list = isList && !binding.isText ? items : items.flatMap((item) => splitText(item)).filter(isSet);
	let isChanged = list !== value;
	const bound = list.map((item, position) => {
		const read = bind(element, item, binding, [...path, position]);
		isChanged ||= read !== item;
		return read;
	});
	return isChanged ? bound : value;
}

function isSet(item: unknown): boolean {
	return item !== null && item !== "";
}

/** `a,b`, `[a,b]` and JSON text as their elements. */
function splitText(item: unknown): unknown[] {
	if (typeof item !== "string") return [item];
	const parsed = parsedText(/^\s*\[/.test(item) ? item : `[${item}]`);
	return Array.isArray(parsed) ? parsed : item.split(",");
}

function bindObject(schema: z.core.$ZodObject, value: unknown, binding: Binding, path: Path): unknown {
	if (typeof value === "string" && value.trim() === "") return undefined;
	const source = membersOf(value);
	if (!source) {
		if (typeof value === "string") binding.misfits.push({ path, value });
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
		bound[name] = bind(inner, member, binding, [...path, key]);
		isChanged ||= name !== key || bound[name] !== member;
	}
	return isChanged ? bound : value;
}

function bindRecord(schema: Schema, value: unknown, binding: Binding, path: Path): unknown {
	const source = membersOf(value);
	if (!source) return value;
	const entries = Object.entries(source).map(
		([key, member]) => [key, bind(schema, member, binding, [...path, key]) ?? member] as const,
	);
	return source === value && entries.every(([key, member]) => source[key] === member)
		? value
		: Object.fromEntries(entries);
}

/** The members of an object, which may be text. */
function membersOf(value: unknown): Record<string, unknown> | undefined {
	const source = typeof value === "string" ? parsedText(value) : value;
	return isObject(source) ? source : undefined;
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

/** A member's name without what its spellings differ in. */
export function folded(name: string): string {
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
