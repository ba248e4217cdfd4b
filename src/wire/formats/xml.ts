/** XML in the style of .NET's DataContractSerializer (section 1.6 of the ServiceStack reference). */

import { parseXml, XmlElement, XmlError, XmlText } from "@rgrove/parse-xml";
import type { Limits, Tree, TreeObject } from "./tree.ts";
import { defaultLimits, emptyObject, FormatError, isObject, setMember } from "./tree.ts";

const INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";
/** The namespace of lists of scalars and of dictionaries. */
const ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays";
const SERVICESTACK = "http://schemas.servicestack.net/types";

/** What XML says of a value and other formats do not. Only what differs from the surroundings is given. */
type XmlType = {
	/** The element of each item of a list: the name of its type. */
	item?: string;
	/** Where the names below this value belong. */
	namespace?: string;
	/** The members keep their order; otherwise it is alphabetical. */
	ordered?: boolean;
	/** The members are entries: elements called `item`, each of a Key and a Value. */
	dictionary?: boolean;
};

export type XmlOptions = {
	/** The name of the answer's type. */
	root: string;
	namespace: string;
	/** The type of the value at a path of member names; items of lists add nothing to the path. */
	typeOf?: (path: readonly string[]) => XmlType | undefined;
};

/** The one type that every answer of every host shares. Its contract numbers its members, so readers rely on their order. */
const responseStatus: Record<string, XmlType> = {
	ResponseStatus: { namespace: SERVICESTACK, ordered: true },
	"ResponseStatus.Errors": { item: "ResponseError", ordered: true },
	"ResponseStatus.Errors.Meta": { item: "KeyValueOfstringstring", namespace: ARRAYS, dictionary: true },
	"ResponseStatus.Meta": { item: "KeyValueOfstringstring", namespace: ARRAYS, dictionary: true },
};

/** A document. Members that are undefined are left out, null ones are `i:nil`; items without a name of their type are `string`s. */
export function writeXml(value: unknown, options: XmlOptions): string {
	const typeOf = (path: readonly string[]) => options.typeOf?.(path) ?? responseStatus[path.join(".")] ?? {};
	const declarations = ` xmlns:i="${INSTANCE}" xmlns="${escapeXml(options.namespace)}"`;
	const scope = { depth: 1, prefix: "", namespace: options.namespace };
	const body = writeElement(options.root, value, { path: [], scope, typeOf }, declarations);
	return `<?xml version="1.0" encoding="utf-8"?>${body}`;
}

type Scope = { depth: number; prefix: string; namespace: string };
type Place = { path: readonly string[]; scope: Scope; typeOf: (path: readonly string[]) => XmlType };

function writeElement(name: string, value: unknown, place: Place, declarations = ""): string {
	const tag = place.scope.prefix + encodeName(name);
	if (value === undefined || value === null) return `<${tag}${declarations} i:nil="true"/>`;
	if (!Array.isArray(value) && !isObject(value))
		return `<${tag}${declarations}>${escapeXml(scalarXml(value))}</${tag}>`;
	const type = place.typeOf(place.path);
	const { scope, declaration } = enter(place.scope, type.namespace);
	const content = Array.isArray(value)
		? writeItems(value, type, { ...place, scope })
		: writeMembers(value, type, { ...place, scope });
	return content === ""
		? `<${tag}${declarations}${declaration}/>`
		: `<${tag}${declarations}${declaration}>${content}</${tag}>`;
}

/** .NET calls the prefix after the depth of the element that declares it. */
function enter(outer: Scope, namespace = outer.namespace): { scope: Scope; declaration: string } {
	const depth = outer.depth + 1;
	if (namespace === outer.namespace) return { scope: { ...outer, depth }, declaration: "" };
	const prefix = `d${outer.depth}p1`;
	return {
		scope: { depth, prefix: `${prefix}:`, namespace },
		declaration: ` xmlns:${prefix}="${escapeXml(namespace)}"`,
	};
}

/** Items have the path and the type of their list. */
function writeItems(items: readonly unknown[], type: XmlType, place: Place): string {
	return items.map((item) => writeElement(type.item ?? "string", item, place)).join("");
}

function writeMembers(value: Record<string, unknown>, type: XmlType, place: Place): string {
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	if (type.dictionary) return members.map(([key, member]) => writeEntry(key, member, type, place)).join("");
	if (!type.ordered) members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
	return members.map(([name, member]) => writeElement(name, member, below(place, name))).join("");
}

function writeEntry(key: string, value: unknown, type: XmlType, place: Place): string {
	const tag = place.scope.prefix + encodeName(type.item ?? "KeyValueOfstringstring");
	const inner = { ...place, scope: { ...place.scope, depth: place.scope.depth + 1 } };
	return `<${tag}>${writeElement("Key", key, inner)}${writeElement("Value", value, below(inner, "Value"))}</${tag}>`;
}

function below(place: Place, name: string): Place {
	return { ...place, path: [...place.path, name] };
}

function scalarXml(value: unknown): string {
	if (value instanceof Date) return value.toISOString().replace(/\.?0*Z$/, "Z");
	return String(value).replace("Infinity", "INF");
}

const references: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xD;" };

/** A carriage return is written as a reference, because readers take a plain one for a line feed; what XML has no form for is U+FFFD. */
function escapeXml(text: string): string {
	return text
		.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
		.replace(/[&<>"\r]/g, (character) => references[character] ?? "");
}

/** Characters that names cannot have are `_x0020_`, as .NET's XmlConvert has it. */
function encodeName(name: string): string {
	const encoded = name.replace(/_(?=x[0-9A-Fa-f]{4}_)|[^\w.-]|^[^A-Za-z_]/g, (character) => {
		const code = character.charCodeAt(0).toString(16).toUpperCase();
		return `_x${code.padStart(4, "0")}_`;
	});
	return encoded || "_";
}

function decodeName(name: string): string {
	const local = name.slice(name.lastIndexOf(":") + 1);
	return local.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/**
 * The content of a document's root: an element of elements as an object, repeated ones as a list, any other as its text, `i:nil` as null.
 * Prefixes and attributes are dropped. Only a schema can tell a list of one from an object; see `xmlItems`.
 */
export function readXml(text: string, limits: Limits = defaultLimits): Tree {
	// The parser turns carriage returns into line feeds one at a time, each time copying the text.
	const normalized = text.replace(/\r\n?/g, "\n");
	checkMarkup(normalized, limits);
	try {
		const { root } = parseXml(normalized);
		return root && readElement(root);
	} catch (error) {
		if (error instanceof XmlError)
			throw new FormatError("XML", error.message.split(" (line ", 1)[0] ?? "", { line: error.line });
		throw error;
	}
}

/** The items of what `readXml` read where a list belongs. */
export function xmlItems(value: Tree): Tree[] {
	if (Array.isArray(value)) return value;
	if (typeof value === "string") return value.trim() === "" ? [] : [value];
	return Object.values(value ?? {}).flat();
}

function readElement(element: XmlElement): Tree {
	if (Object.entries(element.attributes).some(([name, value]) => /(^|:)nil$/.test(name) && /^(true|1)$/.test(value)))
		return null;
	const object = emptyObject();
	let hasMembers = false;
	for (const child of element.children) {
		if (!(child instanceof XmlElement)) continue;
		hasMembers = true;
		addMember(object, decodeName(child.name), readElement(child));
	}
	return hasMembers ? (readDictionary(object) ?? object) : textOf(element);
}

function addMember(object: TreeObject, name: string, value: Tree): void {
	if (!(name in object)) return setMember(object, name, value);
	const earlier = object[name] ?? null;
	if (Array.isArray(earlier)) earlier.push(value);
	else object[name] = [earlier, value];
}

/** DataContract writes a dictionary as entries that are all called `KeyValueOf...`. */
function readDictionary(object: TreeObject): TreeObject | undefined {
	const [[name, entries] = ["", null], ...others] = Object.entries(object);
	if (!name.startsWith("KeyValueOf") || others.length > 0) return undefined;
	const dictionary = emptyObject();
	for (const entry of Array.isArray(entries) ? entries : [entries])
		if (isObject(entry) && typeof entry.Key === "string") setMember(dictionary, entry.Key, entry.Value ?? null);
	return dictionary;
}

function textOf(element: XmlElement): string {
	return element.children.map((child) => (child instanceof XmlText ? child.text : "")).join("");
}

/** What has no elements in it. */
const OPAQUE = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>/;
const END_TAG = /<\/[^<>]*>/;
/** Attributes may have a `>` or `/` in their quotes, but no `<`. */
const START_TAG = /<[^!?/"'<>](?:[^"'<>/]|\/(?!>)|"[^"<]*"|'[^'<]*')*\/?>/;
const MARKUP = new RegExp(
	`[^<]*(?:${OPAQUE.source}|(?<end>${END_TAG.source})|(?<start>${START_TAG.source})|(?<doctype><!DOCTYPE))`,
	"y",
);

/**
 * Refuses what the parser would refuse only after building all of it, or by overflowing its stack. It stops at the first thing that is no
 * markup: the parser fails there too.
 */
function checkMarkup(text: string, limits: Limits): void {
	let depth = 0;
	let nodes = 0;
	MARKUP.lastIndex = 0;
	for (let found = MARKUP.exec(text); found; found = MARKUP.exec(text)) {
		const { start, end, doctype } = found.groups ?? {};
		if (doctype) fail("document types are not read", text, MARKUP.lastIndex);
		if (end) depth--;
		else if (++nodes > limits.maxNodes) fail(`there are more than ${limits.maxNodes} nodes`, text, MARKUP.lastIndex);
		if (!start) continue;
		if (depth >= limits.maxDepth) fail(`it is nested more than ${limits.maxDepth} deep`, text, MARKUP.lastIndex);
		if (!start.endsWith("/>")) depth++;
	}
}

function fail(problem: string, text: string, position: number): never {
	throw new FormatError("XML", problem, { line: text.slice(0, position).split("\n").length });
}
