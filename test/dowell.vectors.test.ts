import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../src/app.ts";
import { openOrgs } from "./support/orgs.ts";
import table from "./vectors/dowell.json";

/** `test/vectors/dowell.json` says at its top how its exchanges are run and matched. */
type Vector = {
	id: string;
	mode: string;
	note: string;
	method: string;
	path: string;
	content_type: string | null;
	headers: object;
	body: unknown;
	expect: { status: number | string; body: unknown; headers?: object };
	save: object;
};

/** G02 reads a message that no exchange of the file sends: the one after M02, which was lost before the file reached us. */
const vectors = (table.vectors as readonly Vector[]).flatMap((vector) =>
	vector.id === "M02"
		? [vector, { ...vector, id: "M03", body: { ...(vector.body as object), message_data: "third" } }]
		: [vector],
);

describe.each(["documented", "deployed"])("the %s envelope", (mode) => {
	const saved = new Map<string, string>();

	beforeAll(async () => {
		await openOrgs("DOWELL12345", "6385c0f18eca0fb652c94558");
		await env.DB.batch([env.DB.prepare("DELETE FROM visitor_room"), env.DB.prepare("DELETE FROM master_link")]);
	});

	it.each(vectors.filter((vector) => vector.mode === mode || vector.mode === "both"))(
		"$id $method $path $note",
		async (vector) => {
			const response = await app.fetch(requestOf(vector, saved), {
				...env,
				DOWELL_ENVELOPE: mode === "deployed" ? mode : "",
			});
			const text = await response.text();
			expect(misfit(vector.expect.status, response.status, saved), text).toBe("");
			const body: unknown = text === "" ? null : JSON.parse(text);
			const insertedId = at(body, "inserted_id");
			if (typeof insertedId === "string") saved.set("inserted_id", insertedId);
			expect(misfit(vector.expect.body, body, saved), text).toBe("");
			for (const [name, expected] of Object.entries(vector.expect.headers ?? {}))
				expect(misfit(expected, response.headers.get(name), saved), name).toBe("");
			for (const [name, path] of Object.entries(vector.save)) saved.set(name, String(at(body, String(path))));
		},
	);
});

function requestOf({ method, path, content_type, headers, body }: Vector, saved: Map<string, string>): Request {
	const text = body === null ? null : typeof body === "string" ? body : JSON.stringify(body);
	return new Request(`http://foyer.test${filled(path, saved)}`, {
		method,
		headers: { ...headers, ...(content_type === null ? {} : { "Content-Type": content_type }) },
		body: text === null ? null : filled(text, saved),
	});
}

function filled(text: string, saved: Map<string, string>): string {
	return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => saved.get(name) ?? `<${name} was never saved>`);
}

function at(body: unknown, path: string): unknown {
	return path
		.split(".")
		.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], body);
}

/** Where an answer is not what a vector expects; empty when it is. */
function misfit(expected: unknown, actual: unknown, saved: Map<string, string>, path = "answer"): string {
	if (expected === "any") return "";
	const is = `${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`;
	if (typeof expected === "string") return sameText(filled(expected, saved), actual) ? "" : is;
	if (typeof expected !== "object" || expected === null) return expected === actual ? "" : is;
	if (typeof actual !== "object" || actual === null) return is;
	const isOpen = Array.isArray(expected) && expected.at(-1) === "...";
	if (Array.isArray(expected) && !isOpen && (actual as unknown[]).length !== expected.length) return is;
	const parts = Object.entries(isOpen ? expected.slice(0, -1) : expected);
	const misfits = parts.map(([key, part]) => misfit(part, at(actual, key), saved, `${path}.${key}`));
	return misfits.find((text) => text !== "") ?? "";
}

function sameText(expected: string, actual: unknown): boolean {
	return expected.startsWith("re:") ? new RegExp(expected.slice(3)).test(String(actual)) : expected === actual;
}
