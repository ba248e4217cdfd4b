import type * as z from "zod";
import { Failure } from "../http/failure.ts";
import { kindOf } from "./bind.ts";
import { readCsv } from "./formats/csv.ts";
import { readJsonl } from "./formats/jsonl.ts";
import { readJsv } from "./formats/jsv.ts";
import { FormatError, isObject, type Tree } from "./formats/tree.ts";
import { readXml, xmlItems } from "./formats/xml.ts";
import { formatOfType, type Format } from "./negotiate.ts";

const FORMS = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/**
 * The body of a request as the value its validators bind; undefined when there is none. `format` is what the body is whatever its type says
 * (a predefined route decides that); forms are told by their header always. Throws 415 for a type we do not read, 400 for a text that is
 * not what it should be.
 */
export async function decodeBody(
	request: Request,
	schema: z.core.$ZodType | undefined,
	format = formatOfType(request.headers.get("Content-Type")),
): Promise<unknown> {
	const type = request.headers.get("Content-Type") ?? "";
	if (FORMS.test(type)) return readForm(request);
	const text = await request.text();
	if (text.trim() === "") return undefined;
	if (type !== "" && (!format || format === "html"))
		throw new Failure("UnsupportedMediaType", `ContentType not supported '${type}'`);
	try {
		return read(text, format ?? "json", schema);
	} catch (error) {
		if (error instanceof FormatError) throw new Failure("SerializationException", error.message);
		if (error instanceof SyntaxError) throw new Failure("SerializationException", "The body is not valid JSON.");
		throw error;
	}
}

function read(text: string, format: Format, schema: z.core.$ZodType | undefined): unknown {
	switch (format) {
		case "jsv":
			return readJsv(text);
		case "csv":
			return readCsv(text)[0];
		case "jsonl":
			return readJsonl(text)[0];
		case "xml":
			return unfolded(schema, readXml(text));
		case "json":
		case "html":
			return JSON.parse(text);
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
	const fields: Record<string, unknown> = {};
	for (const name of new Set(form.keys())) {
		const texts = form.getAll(name).filter((value) => typeof value === "string");
		if (texts.length > 0) fields[name] = texts.length === 1 ? texts[0] : texts;
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
	if (inner._zod.def.type !== "object" || !isObject(tree)) return tree;
	const members = Object.entries((inner as z.core.$ZodObject)._zod.def.shape);
	return Object.fromEntries(
		Object.entries(tree).map(([name, value]) => {
			const member = members.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
			return [name, unfolded(member, value as Tree)];
		}),
	);
}
