import { Hono, type Context } from "hono";
import { version } from "../../package.json";
import { open } from "../auth/authenticate.ts";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import type { DescribedRoute } from "../http/operation.ts";
import { page } from "../http/security-headers.ts";
import { catalogOf } from "./catalog.ts";
import { pageFormats, type PageFormat } from "./formats.ts";
import { languages } from "./languages.ts";
import type { Catalog } from "./model.ts";
import { openApi } from "./openapi.ts";
import { indexPage } from "./pages/index-page.ts";
import { operationPage } from "./pages/operation-page.ts";
import { referencePage } from "./pages/reference-page.ts";
import { typesFile, type TypesOptions } from "./types/language.ts";
import { metadataTypes } from "./types/metadata.ts";

const published = open("descriptions are for everybody who may want to call");

/**
 * Descriptions of all routes, made from the routes themselves. `routes` is asked once, at the first request, when all are mounted. Those that
 * are `only` what they are, without predefined ones beside them, stand in OpenAPI alone.
 */
export function descriptions(
	routes: () => readonly DescribedRoute[],
	only: () => readonly DescribedRoute[],
): Hono<FoyerEnv> {
	const catalog = once(() => catalogOf(routes()));
	const document = once(() => JSON.stringify(openApi([...routes(), ...only()], version)));
	const app = new Hono<FoyerEnv>()
		.get("/metadata", published, (c) => page(c, indexPage(catalog())))
		.get("/metadata/app", published, (c) => c.json(appMetadata(c, catalog())))
		.get(`/:format{(?:${pageFormats.join("|")})}/metadata`, published, (c) => answerOperation(c, catalog()))
		.get("/operations/metadata", published, (c) => c.json(catalog().operations.map(({ name }) => name)))
		.get("/types/metadata", published, (c) => c.json(metadataTypes(catalog(), optionsOf(c))))
		.get("/types/:language", published, (c) => answerTypes(c, catalog()))
		.get("/openapi.json", published, (c) => c.body(document(), 200, { "Content-Type": "application/json" }))
		.get("/docs", published, (c) => page(c, referencePage()));
	app.onError(respondWithStatus);
	return app;
}

function once<T>(make: () => T): () => T {
	let made: { value: T } | undefined;
	return () => (made ??= { value: make() }).value;
}

function answerOperation(c: Context<FoyerEnv>, catalog: Catalog): Response {
	const name = c.req.query("op")?.toLowerCase();
	const operation = catalog.operations.find((one) => one.name.toLowerCase() === name);
	if (!operation) throw new Failure("NotFound", "The operation does not exist for this service.");
	const asked = c.req.query("lang")?.toLowerCase();
	const lang = asked !== undefined && Object.hasOwn(languages, asked) ? asked : undefined;
	const { host } = new URL(c.req.url);
	return page(c, operationPage(operation, catalog, { format: c.req.param("format") as PageFormat, lang, host }));
}

function answerTypes(c: Context<FoyerEnv>, catalog: Catalog): Response {
	const name = c.req.param("language")?.toLowerCase() ?? "";
	const language = Object.hasOwn(languages, name) ? languages[name] : undefined;
	if (!language) throw new Failure("NotFound", `There are types in ${Object.keys(languages).join(", ")}.`);
	return c.text(typesFile(language, catalog, optionsOf(c)));
}

/** The options of `/types/…`, their names in any case. */
function optionsOf(c: Context<FoyerEnv>): TypesOptions {
	const { origin, searchParams } = new URL(c.req.url);
	const listed = (name: string) => {
		const text = Array.from(searchParams).find(([key]) => key.toLowerCase() === name)?.[1] ?? "";
		return text.split(",").flatMap((item) => /^\s*(\w+(?:\.\*)?)\s*$/.exec(item)?.[1] ?? []);
	};
	return { baseUrl: origin, include: listed("includetypes"), exclude: listed("excludetypes"), version };
}

function appMetadata(c: Context<FoyerEnv>, catalog: Catalog): Record<string, unknown> {
	const options = optionsOf(c);
	return {
		app: { baseUrl: options.baseUrl, serviceName: "Foyer", apiVersion: version, jsTextCase: "CamelCase" },
		api: metadataTypes(catalog, options),
	};
}
