import { contentTypes } from "../wire/encode.ts";
import { writeCsv } from "../wire/formats/csv.ts";
import { writeJsonl } from "../wire/formats/jsonl.ts";
import { camelCase } from "../wire/formats/names.ts";
import { writePrettyJsv } from "../wire/formats/jsv.ts";
import { writeXml } from "../wire/formats/xml.ts";
import type { PageFormat } from "./formats.ts";
import type { Catalog, DescribedOperation, NamedType, Type } from "./model.ts";
import { Samples } from "./sample.ts";

type Exchange = { request: string; response: string };

/** A request that an operation takes and what it answers, as they cross the wire in a format (section 7.2 of the ServiceStack reference). */
export function sampleExchange(
	operation: DescribedOperation,
	catalog: Catalog,
	format: PageFormat,
	host: string,
): Exchange {
	const [type = ""] = contentTypes[format].split(";");
	const samples = samplesOf(operation, catalog, format);
	const posting = operation.routes.find(({ methods }) => methods.includes("POST"));
	const route = posting ?? operation.routes[0];
	const methods = route?.methods ?? [];
	const method = ["POST", "PUT", "PATCH", "GET", "DELETE"].find((one) => methods.includes(one)) ?? "POST";
	const hasBody = method !== "GET" && method !== "DELETE";
	const head = [`${method} ${route?.path} HTTP/1.1`, `Host: ${host}`, `Accept: ${type}`];
	const writer = { catalog, format, table: undefined };
	const body = write(samples.ofObject(operation.request), { kind: "object", name: operation.name }, writer);
	return {
		request: hasBody ? withBody(head, type, body) : head.join("\n"),
		response: responseOf(operation, samples, type, { ...writer, table: operation.table }),
	};
}

function samplesOf({ family }: DescribedOperation, catalog: Catalog, format: PageFormat): Samples {
	const spelling = format === "json" ? "camel" : format === "xml" || format === "csv" ? "pascal" : family.texts;
	return new Samples(catalog, { spelling, dashes: family.dashes || format === "xml" });
}

function responseOf({ answer }: DescribedOperation, samples: Samples, type: string, writer: Writer): string {
	if (!answer) return "HTTP/1.1 204 No Content";
	return withBody(["HTTP/1.1 200 OK"], type, write(samples.of(answer), answer, writer));
}

function withBody(head: readonly string[], type: string, body: string): string {
	return [...head, `Content-Type: ${type}`, "Content-Length: length", "", body].join("\n");
}

type Writer = { catalog: Catalog; format: PageFormat; table: string | undefined };

function write(value: unknown, type: Type, { catalog, format, table }: Writer): string {
	switch (format) {
		case "json":
			return JSON.stringify(value, null, 2);
		case "jsv":
			return writePrettyJsv(value);
		case "xml":
			return indentedXml(
				writeXml(value, {
					root: type.kind === "object" ? type.name : "Answer",
					namespace: "http://schemas.servicestack.net/types",
					typeOf: (path) => (path[0] === "ResponseStatus" ? undefined : { item: itemName(catalog, type, path) }),
				}),
			);
		case "csv":
			return writeCsv(tableOf(value, table));
		default:
			return writeJsonl(tableOf(value, table));
	}
}

/** The member of an answer that CSV and JSONL consist of, however it is spelled; else the whole. */
function tableOf(value: unknown, table: string | undefined): unknown {
	const entries = Object.entries(value as Record<string, unknown>);
	return entries.find(([name]) => camelCase(name) === table)?.[1] ?? value;
}

/** A line for each element that is opened, closed, or holds a text. */
function indentedXml(xml: string): string {
	let depth = 0;
	return xml
		.replaceAll("><", ">\n<")
		.split("\n")
		.map((line) => {
			if (line.startsWith("</")) depth--;
			const indented = `${"  ".repeat(depth)}${line}`;
			if (/^<\w[^>]*[^/]>$/.test(line)) depth++;
			return indented;
		})
		.join("\n");
}

/** The element that an item of the list at a path is written as: its type's name. */
function itemName(catalog: Catalog, type: Type, path: readonly string[]): string {
	let at: Type | undefined = type;
	for (const name of path) {
		const held: Type | undefined = at?.kind === "list" ? at.of : at;
		const named: NamedType | undefined = held?.kind === "object" ? catalog.types.get(held.name) : undefined;
		at = named?.kind === "object" ? named.members.find((member) => member.name === camelCase(name))?.type : undefined;
	}
	return at?.kind === "list" && at.of.kind === "object" ? at.of.name : "string";
}
