import { Hono } from "hono";
import { expect, it } from "vitest";
import * as z from "zod";
import { app } from "../src/app.ts";
import { requires } from "../src/auth/authenticate.ts";
import { catalogOf } from "../src/describe/catalog.ts";
import { openApi } from "../src/describe/openapi.ts";
import type { FoyerEnv } from "../src/http/foyer-env.ts";
import { describeRoutes, operation, type DescribedRoute } from "../src/http/operation.ts";
import { valid } from "../src/http/validate.ts";
import { readJsv } from "../src/wire/formats/jsv.ts";
import { request } from "./support/client.ts";
import { pythonClasses } from "./support/python.ts";
import seedPython from "./vectors/seeds.python.json";
import seedSamples from "./vectors/seeds.json";

const OUTSIDE =
	/^\/(health|auth|api\/v2|metadata|types|operations|openapi\.json|docs|assets|console|client|dev|widget|l|\.well-known|:format)\b/;

/** Routes of the ServiceStack families that say nothing of themselves. */
function silent(routes: readonly DescribedRoute[]): string[] {
	return routes
		.filter(({ path }) => path !== "/" && !OUTSIDE.test(path))
		.filter((route) => !route.operation?.summary || !/^[A-Z]\w+$/.test(route.operation.name))
		.map(({ method, path }) => `${method} ${path}`);
}

const operations: string[] = await (await request("/operations/metadata")).json();

async function page(path: string): Promise<string> {
	const response = await request(path);
	expect([path, response.status]).toEqual([path, 200]);
	return response.text();
}

/** The text of a page as a reader has it. */
function readable(markup: string): string {
	return markup.replace(/<[^>]+>/g, "").replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

/** The same where only its words count. */
function prose(markup: string): string {
	return readable(markup).replace(/\s+/g, " ");
}

function samplesIn(markup: string): string[] {
	return Array.from(markup.matchAll(/<pre><code>([^]*?)<\/code><\/pre>/g), ([, text = ""]) => readable(text)).slice(-2);
}

it("knows the operation of every route, and notices one that says nothing of itself", () => {
	expect(silent(describeRoutes(app.routes))).toEqual([]);

	const grown = new Hono<FoyerEnv>().route("/", app).get("/v1/Chat/Weather", requires("chat:use"), (c) => c.json({}));
	expect(silent(describeRoutes(grown.routes))).toEqual(["GET /v1/Chat/Weather"]);
});

it("lists every operation with a page in every format", async () => {
	const index = await page("/metadata");
	for (const name of operations) {
		for (const format of ["json", "jsv", "csv", "xml", "jsonl"]) {
			expect(index).toContain(`href="/${format}/metadata?op=${name}"`);
			expect(await page(`/${format}/metadata?op=${name}`)).toContain("HTTP/1.1 20");
		}
		for (const lang of ["python", "typescript", "typescript.d", "csharp"])
			expect(readable(await page(`/json/metadata?op=${name}&lang=${lang}`))).toContain(
				`IncludeTypes`.slice(0, 0) + name,
			);
	}
	const unknown = await request("/json/metadata?op=Nonsense");
	expect([unknown.status, await unknown.json()]).toMatchObject([404, { responseStatus: { errorCode: "NotFound" } }]);
});

const published = Object.entries(seedPython).filter(([name]) => operations.includes(name));

it("has the operations of the seeds that are built", () => {
	expect(published.map(([name]) => name)).toEqual(expect.arrayContaining(["ChatRequest", "ConnectionStatusUpdate"]));
});

it.each(published)("%s has the roles and routes of its seed", async (name, { roles, routes }) => {
	const markup = await page(`/jsv/metadata?op=${name}`);
	const text = prose(markup.replaceAll(/<\/th>\s*<td>/g, " | "));
	if (roles.length > 0) expect(text).toContain(`Requires any of the roles: | ${roles.join(", ")}`);
	else expect(text).toContain("Requires Authentication");
	for (const [verbs, path] of routes) expect(text).toContain(`${verbs} | ${path}`);
});

it.each(published)("%s has the Python classes of its seed, member for member", async (name, { classes }) => {
	for (const path of [`/types/python?IncludeTypes=${name}.*`, `/jsv/metadata?op=${name}&lang=python`]) {
		const own = new Map(pythonClasses(readable(await page(path))).map((type) => [type.name, type]));
		for (const type of classes) {
			// The publisher's generator fills the T of this one with the argument of another operation.
			if (type.name === "AccountInfo") continue;
			const members = JSON.parse(JSON.stringify(type.members).replace("AccountInfo", "T"));
			const ours = own.get(type.name)?.members ?? {};
			expect([type.name, ours]).toEqual([type.name, expect.objectContaining(members)]);
			const inOrder = Object.keys(ours).filter((member) => member in members);
			expect([type.name, inOrder]).toEqual([type.name, Object.keys(members)]);
		}
	}
});

/** Every member name in a value with the names above it; of lists the first element. */
function memberPaths(value: unknown, above = ""): string[] {
	if (Array.isArray(value)) return memberPaths(value[0], above);
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, member]) => [
		`${above}${name}`,
		...memberPaths(member, `${above}${name}.`),
	]);
}

it.each(Object.entries(seedSamples).filter(([name]) => operations.includes(name)))(
	"%s shows samples with every member of its seed's",
	async (name, { format, request: asked, response }) => {
		const read = (text: string): unknown => (format === "jsv" ? readJsv(text) : JSON.parse(text));
		const [ownRequest = "", ownResponse = ""] = samplesIn(await page(`/${format}/metadata?op=${name}`));
		expect(ownRequest).toMatch(/^(POST|GET) \/\S+ HTTP\/1\.1\nHost: foyer\.test\nAccept: text\/\w+/);
		const bodyOf = (text: string) => memberPaths(read(text.split("\n\n").slice(1).join("\n\n")));
		if (asked !== null) expect(bodyOf(ownRequest)).toEqual(expect.arrayContaining(memberPaths(read(asked))));
		expect(bodyOf(ownResponse)).toEqual(expect.arrayContaining(memberPaths(read(response))));
	},
);

it("shows what to send for each format as that format's clients write it", async () => {
	const markup = await page("/jsv/metadata?op=ChatRequest");
	expect(prose(markup)).toContain("append the .jsv suffix or ?format=jsv");
	const [jsv] = samplesIn(markup);
	expect(jsv).toContain("POST /v1/Chat HTTP/1.1\nHost: foyer.test\nAccept: text/jsv\nContent-Type: text/jsv\n");
	expect(jsv).toContain("DateCreated: 0001-01-01,");
	const lines = prose(await page("/jsonl/metadata?op=ConnectionStatusUpdate"));
	expect(lines).toContain("HTTP + OTHER");
	expect(lines).toContain("append the .other suffix or ?format=other");
	expect(lines).toContain('{"ConnectionId":"00000000-0000-0000-0000-000000000000","ContactId"');
	const [, csv] = samplesIn(await page("/csv/metadata?op=ChatRequest"));
	expect(csv).toMatch(/\n\nChatId,ChatName,CreatedBy,DateCreated,/);
	const xml = readable(await page("/xml/metadata?op=ChatRequest"));
	expect(xml).toContain("<ChatMember>");
	expect(xml).toContain("00000000-0000-0000-0000-000000000000");
	const [json = ""] = samplesIn(await page("/json/metadata?op=ChatMessageSendRequest"));
	expect(JSON.parse(json.split("\n\n")[1] ?? "")).toMatchObject({ body: "String", chatId: "0".repeat(32) });
	expect(samplesIn(await page("/json/metadata?op=ChatMessagesRequest"))[0]).toBe(
		"GET /v1/Chat/{ChatId}/Messages HTTP/1.1\nHost: foyer.test\nAccept: application/json",
	);
});

it("sends pages that may use their own files and nothing else, and no other answer any", async () => {
	for (const path of ["/metadata", "/json/metadata?op=ChatRequest", "/docs"]) {
		const response = await request(path);
		const markup = await response.text();
		expect(response.headers.get("Content-Security-Policy")).toMatch(
			/default-src 'none'; script-src 'self'; style-src 'self'/,
		);
		expect(response.headers.get("Content-Security-Policy")).not.toContain("unsafe");
		expect(markup).not.toMatch(/<script(?![^>]* src="\/)|<style|\son\w+=|\sstyle=|https?:\/\//);
		for (const [, file = ""] of markup.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
			const asset = await request(file);
			const text = await asset.text();
			expect([file, asset.status, text.length > 0]).toEqual([file, 200, true]);
			expect(asset.headers.get("Content-Type")).toMatch(file.endsWith(".js") ? /^text\/javascript/ : /^text\/css/);
			expect(asset.headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
		}
	}
	expect((await request("/assets/nothing.js")).status).toBe(404);
	expect((await request("/assets/..%2f..%2fpackage.json")).status).toBe(404);
});

it("escapes what a caller puts into a page's address", async () => {
	const response = await request("/json/metadata?op=ChatRequest&lang=%22%3E%3Cscript%3E", {
		headers: { Host: "a.test" },
	});
	expect(await response.text()).not.toContain('"><script>');
	const types = await (await request("/types/python?IncludeTypes=%22%22%22%0Aimport%20os")).text();
	expect(types).not.toContain("import os");
});

it("gives only the types that are asked for", async () => {
	const all = await page("/types/typescript");
	for (const name of operations)
		expect(all).toMatch(new RegExp(`export class ${name} (extends [^{]+ )?implements IReturn`));
	const some = await page("/Types/TypeScript?includeTypes=ChatReadRequest.*&ExcludeTypes=ResponseError");
	expect(some).toContain("IncludeTypes: ChatReadRequest.*\nExcludeTypes: ResponseError\n*/");
	expect(Array.from(some.matchAll(/^export class (\w+)/gm), ([, name]) => name)).toEqual([
		"ResponseStatus",
		"ChatReadResponse",
		"ChatReadRequest",
	]);
	const metadata: { operations: { request: { name: string } }[]; types: { name: string }[] } = await (
		await request("/types/metadata?IncludeTypes=ChatRequest.*")
	).json();
	expect(metadata.operations).toMatchObject([
		{
			request: { name: "ChatRequest", implements: [{ name: "IPost" }] },
			response: { name: "ChatResponse" },
			actions: ["PUT", "GET", "POST"],
			returnsVoid: false,
			routes: [
				{ path: "/v1/Chat/{ChatId}", verbs: "PUT,OPTIONS" },
				{ path: "/v1/Chat", verbs: "GET,POST,OPTIONS" },
			],
			requiresAuth: true,
			requiresAnyRole: ["Agent", "Administrator"],
		},
	]);
	expect(metadata.types.map(({ name }) => name)).toContain("ChatMember");
	expect((await request("/types/cobol")).status).toBe(404);
});

const color = z.enum(["Red", "GeekBlue"]).meta({ dto: "Color" });
const entity = z.object({ id: z.string().meta({ format: "guid" }).describe("The id") }).meta({ dto: "Entity" });
const value: z.ZodType = z
	.object({ number: z.number().optional(), list: z.lazy(() => z.array(struct)).optional() })
	.meta({ dto: "Value" });
const struct: z.ZodType = z.record(z.string(), value).meta({ dto: "Struct" });
const thing = z
	.object({ ...entity.shape, color: color.optional(), data: struct.optional(), from: z.string().nullable() })
	.meta({ dto: "Thing", base: entity });
const page1 = z.object({ page: z.int().default(0) }).meta({ dto: "ListRequest", argument: thing });
const things = z.object({ items: z.array(thing) }).meta({ dto: "ListResponse", argument: thing });

const shop = new Hono<FoyerEnv>()
	.get(
		"/customers/things",
		requires("chat:use"),
		operation({ name: "ListThings", summary: 'Lists */ """ <things>', answer: things, table: "items" }),
		valid("query", page1.extend({ colors: z.array(color).optional() }).meta({ base: page1 })),
		(c) => c.json({}),
	)
	.delete(
		"/customers/things/:Id",
		requires("chat:use"),
		operation({ name: "DeleteThing", summary: "Deletes", answer: null }),
		valid("param", z.object({ Id: z.string() })),
		(c) => c.body(null, 204),
	);

it("describes bases, generics, named maps, circles and enums", () => {
	const { operations, types } = catalogOf(describeRoutes(shop.routes));
	expect(operations.map(({ name, method, answer }) => ({ name, method, answer }))).toEqual([
		{ name: "DeleteThing", method: "DELETE", answer: undefined },
		{
			name: "ListThings",
			method: "GET",
			answer: { kind: "object", name: "ListResponse", argument: { kind: "object", name: "Thing" } },
		},
	]);
	expect(operations[1]?.request).toMatchObject({
		base: { name: "ListRequest", argument: { name: "Thing" } },
		members: [{ name: "colors", type: { kind: "list", of: { kind: "enum", name: "Color" } } }],
	});
	expect(types.get("ListResponse")).toMatchObject({
		isGeneric: true,
		members: [{ name: "items", type: { kind: "list", of: { kind: "parameter" } } }],
	});
	expect(types.get("Thing")).toMatchObject({
		base: { name: "Entity" },
		members: [{ name: "color" }, { name: "data" }, { name: "from", isOptional: true }],
	});
	expect(types.get("Struct")).toEqual({ kind: "dictionary", name: "Struct", of: { kind: "object", name: "Value" } });
	expect(types.get("Color")).toEqual({ kind: "enum", name: "Color", values: ["Red", "GeekBlue"] });
});

it("refers to named schemas in OpenAPI and leaves our own words out of it", () => {
	const document = openApi(describeRoutes(shop.routes), "1");
	expect(document).toMatchObject({
		paths: {
			"/customers/things": {
				get: {
					operationId: "ListThings",
					parameters: [
						{ name: "page", in: "query", required: false },
						{ name: "colors", schema: { type: "array", items: { enum: ["Red", "GeekBlue"] } }, explode: false },
					],
				},
			},
			"/customers/things/{Id}": {
				delete: { parameters: [{ name: "Id", in: "path", required: true }], responses: { "204": {} } },
			},
		},
		components: {
			schemas: {
				ListResponseOfThing: { properties: { items: { items: { $ref: "#/components/schemas/Thing" } } } },
				Struct: { additionalProperties: { $ref: "#/components/schemas/Value" } },
			},
		},
	});
	expect(JSON.stringify(document)).not.toMatch(/"(dto|base|argument|\$id|id)":[^{]/);
});

it("describes no body where a client can send none, and says of others whether they may be left out", () => {
	const { paths } = openApi(describeRoutes(app.routes), "1") as { paths: Record<string, any> };
	for (const [path, { get, delete: remove }] of Object.entries(paths))
		for (const route of [get, remove]) expect([path, route?.requestBody]).toEqual([path, undefined]);
	const { get, post } = paths["/api/connections/{ConnectionId}/cancel"];
	const guards = ["contactId", "contactTypeId", "roleId"];
	for (const name of guards)
		expect(get.parameters).toContainEqual(expect.objectContaining({ name, in: "query", required: true }));
	expect(post.parameters).toEqual([expect.objectContaining({ name: "ConnectionId", in: "path" })]);
	expect(post.requestBody.required).toBe(true);
	expect(paths["/customers"].post.requestBody.required).toBe(true);
	expect(paths["/v1/customerlink/{CustomerLinkUID}/revoke"].post.requestBody.required).toBe(false);
});

it("describes an answer that is a file as one", () => {
	const { paths } = openApi(describeRoutes(app.routes), "1") as { paths: Record<string, any> };
	const { responses } = paths["/customers.csv"].get;
	expect(responses["200"].content).toEqual({ "text/csv": { schema: { type: "string", description: "CSV" } } });
	expect(responses).not.toHaveProperty("204");
});
