import type * as z from "zod";
import { Failure } from "../http/failure.ts";
import { kindOf } from "./bind.ts";
import { readCsv } from "./formats/csv.ts";
import { readJsonl } from "./formats/jsonl.ts";
import { readJsv } from "./formats/jsv.ts";
import { countNodes, defaultLimits, emptyObject, FormatError, isObject, setMember, type Tree } from "./formats/tree.ts";
import { readXml, xmlItems } from "./formats/xml.ts";
import { formatOfType, type Format } from "./negotiate.ts";

const FORMS = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** What is known of a body: its format when its type is not to be asked, the schema of its members, whether it is a list of such. */
type Expected = { format?: Format; schema: z.core.$ZodType | undefined; isBatch?: boolean };

/**
 * The body of a request as the value its validators bind; undefined when there is none. A format that is given goes before the type the
 * body says to have (a predefined route decides that); forms are told by their header always. Throws 415 for a type we do not read, 400
 * for a text that is not what it should be.
 */
export async function decodeBody(request: Request, expected: Expected): Promise<unknown> {
	const type = request.headers.get("Content-Type") ?? "";
	if (FORMS.test(type)) {
		if (expected.isBatch) throw notABatch();
		return readForm(request);
	}
	const text = await request.text();
	if (text.trim() === "") return undefined;
	const format = expected.format ?? (type === "" ? "json" : formatOfType(type));
	if (!format || format === "html") throw new Failure("UnsupportedMediaType", `ContentType not supported '${type}'`);
	try {
		const values = read(text, format, expected);
		return expected.isBatch ? values : values[0];
	} catch (error) {
		if (error instanceof FormatError) throw new Failure("SerializationException", error.message);
		throw error;
	}
}

/** The values of a text: of a batch all, else the one that there is. */
function read(text: string, format: Exclude<Format, "html">, { schema, isBatch }: Expected): unknown[] {
	switch (format) {
		case "csv":
			return readCsv(text);
		case "jsonl":
			return readJsonl(text);
		case "xml": {
			const tree = readXml(text);
			return (isBatch ? xmlItems(tree) : [tree]).map((item) => unfolded(schema, item));
		}
		case "jsv":
			return items(readJsv(text), isBatch);
		default:
			return items(readJson(text), isBatch);
	}
}

function items(value: unknown, isBatch = false): unknown[] {
	if (!isBatch) return [value];
	if (Array.isArray(value)) return value;
	throw notABatch();
}

function notABatch(): Failure {
	return new Failure("SerializationException", "A batch is a list of requests.");
}

/** Within the limits of the other formats, because what is read here is written again. */
function readJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		countNodes(value, defaultLimits, (problem) => new FormatError("JSON", problem));
		return value;
	} catch (error) {
		if (error instanceof SyntaxError) throw new FormatError("JSON", "this is not JSON");
		throw error;
	}
}

/** The fields of a form; a repeated one as a list, files left out. */
async function readForm(request: Request): Promise<Record<string, unknown>> {
	let form: FormData;
	try {
		form = await request.formData();
	} catch {
		throw new Failure("SerializationException", "The form is malformed.");
	}
	const fields = emptyObject<unknown>();
	// Gone through once: asked for each of 150,000 names, which 2 MiB hold, a form takes a minute (2026-11-23).
	const sent = Array.from(form).filter(([, value]) => typeof value === "string");
	for (const [name, entries] of Map.groupBy(sent, ([key]) => key)) {
		const texts = entries.map(([, value]) => value);
		setMember(fields, name, texts.length === 1 ? texts[0] : texts);
	}
	return fields;
}

/** XML wraps the items of a list in an element of its own; where the schema says list, they are unwrapped. */
function unfolded(schema: z.core.$ZodType | undefined, tree: Tree): unknown {
	if (!schema) return tree;
	const { schema: inner } = kindOf(schema);
	if (inner._zod.def.type === "array") {
		const { element } = (inner as z.core.$ZodArray)._zod.def;
		return xmlItems(tree).map((item) => unfolded(element, item));
	}
	if (!isObject(tree)) return tree;
	if (inner._zod.def.type === "record") {
		const { valueType } = (inner as z.core.$ZodRecord)._zod.def;
		return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, unfolded(valueType, value)]));
	}
	if (inner._zod.def.type !== "object") return tree;
	const members = Object.entries((inner as z.core.$ZodObject)._zod.def.shape);
	return Object.fromEntries(
		Object.entries(tree).map(([name, value]) => {
			const member = members.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
			return [name, unfolded(member, value)];
		}),
	);
}
