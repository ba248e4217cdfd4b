import * as z from "zod";
import type { DescribedRoute, Operation } from "../http/operation.ts";
import { camelCase, pascalCase } from "../wire/formats/names.ts";
import { takesBody } from "../wire/wire.ts";
import { objectOf, templateOf } from "./catalog.ts";
import { Components } from "./components.ts";
import { responseStatus } from "../http/response-status.ts";

type Json = Record<string, unknown>;
type OwnRoute = DescribedRoute & { operation: Operation };

const errorResponse = z.object({ responseStatus }).meta({ dto: "ErrorResponse" });

/** Refusals that any guarded operation may answer; each operation may have more. */
const refusals: Record<string, string> = {
	"400": "The request is not valid; `errors` names the fields",
	"401": "No good credential",
	"403": "The credential's role does not allow it",
	"404": "There is nothing of that id",
};

/** OpenAPI 3.1 of the routes that are operations, in JSON: what is checked is what is described. */
export function openApi(routes: readonly DescribedRoute[], version: string): Json {
	const own = routes.filter((route): route is OwnRoute => route.operation !== undefined);
	const components = componentsOf(own);
	const ids = new Set<string>();
	const paths: Record<string, Json> = {};
	for (const route of own) {
		const path = templateOf(route.path);
		paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationObject(route, components, ids) };
	}
	return {
		openapi: "3.1.0",
		info: {
			title: "Foyer",
			version,
			description:
				"Customer conversations: chats, contacts, connections and the directory of customers. The types in other languages are at `/types/{language}`, samples of every format at `/metadata`.",
		},
		tags: [...new Set(own.map(({ path }) => tagOf(path)))].map((name) => ({ name })),
		paths,
		components: {
			schemas: components.named(),
			securitySchemes: {
				bearer: { type: "http", scheme: "bearer", description: "A token or an API key" },
				apiKey: { type: "apiKey", in: "header", name: "X-Api-Key" },
			},
		},
	};
}

function componentsOf(routes: readonly OwnRoute[]): Components {
	const components = new Components();
	components.add(errorResponse, "output");
	for (const { operation } of routes) if (operation.answer) components.add(operation.answer, "output");
	for (const { inputs, method } of routes)
		for (const { target, schema } of inputs) {
			const isBody = placeOf(target, method) === "body";
			for (const part of isBody ? [schema] : Object.values(membersOf(schema))) components.add(part, "input");
		}
	return components;
}

function membersOf(schema: z.ZodType): Record<string, z.core.$ZodType> {
	return objectOf(schema)?._zod.def.shape ?? {};
}

/** The noun of a path: `/v1/Chat/…` is `Chat`, `/api/connections/…` `Connections`. */
function tagOf(path: string): string {
	const [first = "", second] = path.split("/").slice(1);
	return pascalCase(second !== undefined && (first === "v1" || first === "api") ? second : first);
}

function operationObject(route: OwnRoute, components: Components, ids: Set<string>): Json {
	const { operation, inputs, access } = route;
	const isGuarded = access !== undefined && "permission" in access;
	const placed = inputs.map(({ target, schema }) => ({ place: placeOf(target, route.method), schema }));
	const body = placed.find(({ place }) => place === "body");
	const parameters = placed.flatMap(({ place, schema }) =>
		place === "path" || place === "query" ? parametersOf(schema, place, components) : [],
	);
	return {
		operationId: operationId(route, ids),
		summary: operation.summary,
		tags: [tagOf(route.path)],
		...(isGuarded
			? { security: [{ bearer: [] }, { apiKey: [] }] }
			: { description: access && "open" in access ? `Open: ${access.open}` : undefined }),
		...(parameters.length > 0 ? { parameters } : {}),
		...(body ? { requestBody: bodyOf(body.schema, components) } : {}),
		responses: responsesOf(operation, components, isGuarded),
	};
}

/** Where a part of a request stands. What a route of all verbs takes from a body as well is of the query where clients can send none. */
function placeOf(target: string, method: string): "path" | "query" | "body" | undefined {
	if (target === "param") return "path";
	if (target === "json" || target === "form") return takesBody(method) ? "body" : "query";
	return target === "query" ? "query" : undefined;
}

function bodyOf(schema: z.ZodType, components: Components): Json {
	const isRequired = !schema.safeParse({}).success;
	return { required: isRequired, content: content(components.schemaOf(schema, "input")) };
}

function responsesOf({ answer, media, status = 200 }: Operation, components: Components, isGuarded: boolean): Json {
	const error = content(components.schemaOf(errorResponse, "output"));
	const codes = Object.entries(refusals).filter(([code]) => isGuarded || (code !== "401" && code !== "403"));
	return {
		...(answer
			? { [status]: { description: "The answer", content: content(components.schemaOf(answer, "output"), media) } }
			: { "204": { description: "Done; there is no body" } }),
		...Object.fromEntries(codes.map(([code, description]) => [code, { description, content: error }])),
	};
}

function content(schema: Json, media = "application/json"): Json {
	return { [media]: { schema } };
}

function parametersOf(schema: z.ZodType, place: "path" | "query", components: Components): Json[] {
	return Object.entries(membersOf(schema)).map(([name, member]) => {
		const { description, ...rest } = components.schemaOf(member, "input");
		const isRequired = place === "path" || !z.safeParse(member, undefined).success;
		return {
			name: place === "path" ? name : camelCase(name),
			in: place,
			required: isRequired,
			...(description === undefined ? {} : { description }),
			schema: rest,
			...(rest["type"] === "array" ? { style: "form", explode: false } : {}),
		};
	});
}

/** The operation's name; where it has several routes, with the method and, if that is not enough, the last word of the path. */
function operationId({ operation, method, path }: OwnRoute, ids: Set<string>): string {
	const last = path.split("/").findLast((segment) => /^[A-Za-z]/.test(segment)) ?? "";
	const candidates = [operation.name, `${operation.name}_${method}`, `${operation.name}_${method}_${last}`];
	let id = candidates.find((candidate) => !ids.has(candidate));
	for (let more = 2; id === undefined; more++) {
		const candidate = `${candidates.at(-1)}_${more}`;
		if (!ids.has(candidate)) id = candidate;
	}
	ids.add(id);
	return id;
}
